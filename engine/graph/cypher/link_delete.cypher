UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r$$types$$]->(m:Entity)
USING INDEX n:Entity(id)
WITH r, m.id AS target
DELETE r
RETURN DISTINCT target
