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
