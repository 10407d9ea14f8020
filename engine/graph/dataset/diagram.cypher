// Diagrams that are saved in investigations: who may read an investigation reads its diagrams.

// -- diagram_save --
// Keeps a diagram, or its next version; nothing where another version was saved meanwhile.
MATCH (i:Dataset {name: $investigation, kind: 'investigation'}) WHERE i.deleting IS NULL
MERGE (d:Diagram {id: $id})
ON CREATE SET d.dataset = $investigation, d.by = $by, d.at = datetime(), d.version = 0
WITH d WHERE d.version = $version AND d.dataset = $investigation
SET d.title = $title, d.content = $content, d.version = d.version + 1,
    d.changed_by = $by, d.changed = datetime()
RETURN properties(d) AS properties

// -- diagram_count --
// How many diagrams does an investigation have?
MATCH (d:Diagram {dataset: $investigation}) RETURN count(*) AS count

// -- diagram_list --
// Which diagrams does an investigation have? Without what is drawn in them.
MATCH (d:Diagram {dataset: $investigation})
WHERE $$visible:d$$
RETURN d {.*, content: null} AS properties ORDER BY d.title, d.id

// -- diagram_named --
// What is in a diagram, of an investigation that the reader may see?
MATCH (d:Diagram {id: $id})
WHERE $$visible:d$$
RETURN properties(d) AS properties

// -- diagram_delete --
// Deletes a diagram.
MATCH (d:Diagram {id: $id})
DELETE d
RETURN count(*) AS count
