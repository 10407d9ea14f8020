// Values that records share.

// -- clew_literal --
// Notes up to which revision the shared values have been worked out.
MATCH (c:Clew {id: 1}) SET c.literal_revision = $revision

// -- literal_set --
// Links each shared value with exactly these records.
// `_hubs` names the datasets with too many holders to be linked; it is null for most values, and a
// list for a crowded one, which some readers may not see though they see holders.
UNWIND $rows AS row
MERGE (l:Literal {id: row.id})
SET l.type = row.type, l.value = row.value, l._hubs = row.hubs
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
// Deletes those of these values that fewer than two records are linked with.
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
WHERE COUNT { (l)--() } < 2
DETACH DELETE l

// -- literal_hidden --
// Which of these crowded values may the reader not see?
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
WHERE NOT ($$visible_value:l$$)
RETURN id

// -- literal_all_hidden --
// Which of all crowded values may the reader not see?
MATCH (l:Literal)
USING INDEX l:Literal(_hubs)
WHERE l._hubs IS NOT NULL AND NOT ($$visible_value:l$$)
RETURN l.id AS id
