MATCH ()-[r:$$type$$]->() WHERE r._revision > $since
WITH r._revision AS revision ORDER BY revision LIMIT $limit
RETURN revision
