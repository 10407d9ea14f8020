MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(_revision)
WHERE r._revision > $since AND r._revision <= $upto
WITH r.id AS id, head(collect(r)) AS r
RETURN r._revision AS revision, id, properties(r) AS properties, null AS keys
