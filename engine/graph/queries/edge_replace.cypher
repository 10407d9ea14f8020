UNWIND $rows AS row
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id = row.id
SET r = row
