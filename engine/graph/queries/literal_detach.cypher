UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r$$types$$]->(l)
USING INDEX n:Entity(id)
WITH r, l.id AS literal
DELETE r
RETURN DISTINCT literal
