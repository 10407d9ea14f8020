MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL
WITH n ORDER BY n.id LIMIT $limit
RETURN n.id AS id, n.dataset AS dataset, COLLECT {
  MATCH (n)-[r$$types$$]->(m:Entity)
  WHERE r.dataset IN $datasets AND m._stub IS NULL AND m.dataset IN $datasets
  RETURN [type(r), m.id]
} AS links ORDER BY id
