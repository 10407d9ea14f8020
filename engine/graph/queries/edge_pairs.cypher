MATCH (a)-[r$$types$$]->(b)
WHERE r.id = $id AND r.dataset IN $datasets
RETURN type(r) AS type, a.id AS source, b.id AS target, properties(r) AS properties
