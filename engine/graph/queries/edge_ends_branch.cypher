UNWIND $ids AS id
MATCH (a)-[r:$$type$$]->(b)
USING INDEX r:$$type$$(id)
WHERE r.id = id
RETURN id, type(r) AS type, a.id AS source, b.id AS target, elementId(r) AS element
