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
// a degree is counted among what the reader may see, up to a bound: more is a hub, whatever the number
WITH n, r, m, [
    CASE WHEN $sign = 0 THEN 0
         ELSE $sign * COUNT { MATCH (m)-[x]-() WHERE x.dataset IN $datasets RETURN x LIMIT 1000 } END,
    m.id, type(r), coalesce(r.id, ''), startNode(r) = n] AS key
WHERE $after IS NULL OR key > $after
WITH r, m, key ORDER BY key LIMIT $limit
RETURN key, type(r) AS type, startNode(r).id AS source, endNode(r).id AS target,
       properties(r) AS properties, properties(m) AS node
