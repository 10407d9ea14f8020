// Values that records share.

// -- clew_literal --
// Notes up to which revision the shared values have been worked out.
MATCH (c:Clew {id: 1}) SET c.literal_revision = $revision

// -- literal_set --
// Links each shared value with exactly these records.
UNWIND $rows AS row
MERGE (l:Literal {id: row.id})
SET l.type = row.type, l.value = row.value
WITH l, row
CALL (l, row) {
  MATCH (l)<-[r]-(n) WHERE NOT n.id IN row.records
  DELETE r
}
WITH l, row
UNWIND row.records AS record
MATCH (n:Entity {id: record})
USING INDEX n:Entity(id)
WHERE n._stub IS NULL
MERGE (n)-[r:$$type$$]->(l)
ON CREATE SET r.dataset = n.dataset

// -- literal_delete --
// Deletes shared values.
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
DETACH DELETE l

// -- literal_detach --
// Takes these records off the values that they share, and answers which values those were.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r$$types$$]->(l)
USING INDEX n:Entity(id)
WITH r, l.id AS literal
DELETE r
RETURN DISTINCT literal

// -- literal_sweep --
// Deletes those of these values that fewer than two records hold.
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
WHERE COUNT { (l)--() } < 2
DETACH DELETE l
