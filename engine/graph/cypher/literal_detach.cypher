UNWIND $ids AS id
MATCH (:Entity {id: id})-[r]->(l:Literal)
WITH r, l.id AS literal
DELETE r
RETURN DISTINCT literal
