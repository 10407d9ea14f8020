MATCH (n:$$label$$ {id: $id})
USING INDEX n:$$label$$(id)
WHERE n._stub IS NULL AND (n:Literal OR n.dataset IN $datasets)
MATCH (n)-[r$$types$$]-(m)
WHERE r.dataset IN $datasets
  AND m._stub IS NULL AND (m:Literal OR m.dataset IN $datasets)
  AND ($schemata IS NULL OR any(label IN labels(m) WHERE label IN $schemata))
  AND ($start IS NULL OR r._end IS NULL OR r._end >= $start)
  AND ($end IS NULL OR r._start IS NULL OR r._start <= $end)
  AND ($direction = 'BOTH' OR ($direction = 'OUT' AND startNode(r) = n) OR ($direction = 'IN' AND endNode(r) = n))
RETURN count(*) AS total
