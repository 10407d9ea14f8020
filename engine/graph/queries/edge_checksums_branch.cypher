UNWIND $ids AS id
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id = id AND r.dataset = $dataset
RETURN DISTINCT id, r._checksum AS checksum
