MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
WITH type(r) AS type LIMIT 1
RETURN type
