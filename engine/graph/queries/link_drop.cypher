UNWIND $rows AS row
MATCH (n:Entity {id: row.source})-[r:$$type$$]->(m)
USING INDEX n:Entity(id)
WHERE m.id = row.target
DELETE r
