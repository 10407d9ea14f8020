MATCH (b:Entity) WHERE b.id IN $ids
MATCH (a)-[r:OWNERSHIP]->(b)
WHERE r.dataset IN $datasets AND a._stub IS NULL AND a.dataset IN $datasets
  AND ($start IS NULL OR r._end IS NULL OR r._end >= $start)
  AND ($end IS NULL OR r._start IS NULL OR r._start <= $end)
RETURN a.id AS source, b.id AS target, properties(r) AS edge, properties(a) AS node
ORDER BY coalesce(r._share, 1.0) DESC, r.id, source, target
LIMIT $limit
