UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r$$types$$]->(m)
USING INDEX n:Entity(id)
WITH r, m.id AS target
DELETE r
RETURN DISTINCT target
