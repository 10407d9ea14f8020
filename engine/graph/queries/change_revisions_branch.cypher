MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(_revision)
WHERE r._revision > $since
WITH r._revision AS revision ORDER BY revision LIMIT $limit
RETURN revision
