// Corrections of pages, and orders to read pages again.

// -- correction_save --
// Keeps the text that somebody wrote for a page.
MATCH (d:Dataset {name: $dataset}) WHERE d.deleting IS NULL
CREATE (c:PageCorrection $values) SET c.dataset = $dataset, c.at = datetime()
RETURN properties(c) AS properties

// -- correction_list --
// What was written for pages of these documents, the newest first.
UNWIND $documents AS document
MATCH (c:PageCorrection {document: document})
RETURN properties(c) AS properties ORDER BY c.at DESC, c.id

// -- order_save --
// Orders pages to be read again; an earlier order of a page is replaced.
MATCH (d:Dataset {name: $dataset}) WHERE d.deleting IS NULL
UNWIND $rows AS row
MERGE (o:PageOrder {id: row.document + '|' + row.number})
SET o += row, o.dataset = $dataset, o.state = 'waiting', o.updated = datetime()
REMOVE o.detail
RETURN count(*) AS count

// -- order_list --
// The orders for pages of these documents, by page.
UNWIND $documents AS document
MATCH (o:PageOrder {document: document})
RETURN properties(o) AS properties ORDER BY o.document, o.number

// -- order_waiting --
// The documents of a dataset with pages that wait to be read again.
MATCH (o:PageOrder {dataset: $dataset, state: 'waiting'})
RETURN DISTINCT o.document AS document ORDER BY document LIMIT $limit

// -- order_queue --
// In which datasets do pages wait to be read again?
MATCH (d:Dataset)
WHERE d.deleting IS NULL AND EXISTS { (o:PageOrder {dataset: d.name, state: 'waiting'}) }
RETURN d.name AS dataset ORDER BY dataset

// -- order_done --
// Notes what became of orders, but for pages that were ordered anew meanwhile.
UNWIND $rows AS row
MATCH (o:PageOrder {id: row.document + '|' + row.number})
WHERE o.at.epochMillis = row.at.epochMillis
SET o.state = row.state, o.detail = row.detail, o.updated = datetime()

// -- revision_forget --
// Deletes what was corrected and ordered of documents that are no more.
MATCH (n:PageCorrection|PageOrder) WHERE n.document IN $documents DELETE n
