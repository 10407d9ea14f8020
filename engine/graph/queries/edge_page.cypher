MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
RETURN r.id AS id, r._checksum AS checksum ORDER BY id LIMIT $limit
