UNWIND $ids AS id
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id = id AND r.dataset IN $datasets
WITH id, head(collect(r)) AS r
RETURN properties(r) AS properties
