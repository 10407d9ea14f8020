UNWIND $ids AS id
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id = id
DELETE r
