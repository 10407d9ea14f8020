MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $limit
