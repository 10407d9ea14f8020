MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL
RETURN n.id AS id, n._checksum AS checksum ORDER BY id LIMIT $limit
