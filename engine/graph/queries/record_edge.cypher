MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
RETURN r.id AS id, properties(r) AS properties ORDER BY id LIMIT $limit
