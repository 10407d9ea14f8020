// The pages of documents: records that name their document, in the same dataset.

// -- page_holder --
// Which of these are documents that have pages, or are the documents of these pages?
UNWIND $ids AS id
MATCH (d:Entity {id: id}) WHERE d._stub IS NULL
  AND EXISTS { (d)<-[:DOCUMENT]-(p:Page) WHERE p.dataset = d.dataset }
RETURN properties(d) AS properties

// -- page_by_number --
// The pages of a document with some numbers.
MATCH (d:Entity {id: $document})<-[:DOCUMENT]-(p:Page)
WHERE p.dataset = d.dataset AND head(p.index) IN $numbers AND $$visible_record:p$$
RETURN properties(p) AS properties ORDER BY p.id

// -- page_order --
// The pages of a document in their order.
MATCH (d:Entity {id: $document})<-[:DOCUMENT]-(p:Page)
WHERE p.dataset = d.dataset AND p._stub IS NULL
WITH p.id AS id, coalesce(toInteger(head(p.index)), 0) AS number
RETURN id, number ORDER BY number, id

// -- page_text --
// The texts of some pages.
MATCH (p:Entity)
USING INDEX p:Entity(id)
WHERE p.id IN $ids AND p.schema = 'Page'
RETURN p.id AS id, p.bodyText AS texts, p.detectedLanguage AS languages
