UNWIND $ids AS id
MATCH (:Entity {id: id})-[r$$types$$]->(m:Entity)
WITH r, m.id AS target
DELETE r
RETURN DISTINCT target
