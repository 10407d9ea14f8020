:param {
  after: null,
  bound: 1000,
  by: 'DEGREE_ASC',
  datasets: ['demo_offices', 'demo_offshore', 'demo_payments', 'demo_registry', 'demo_sanctions'],
  direction: 'BOTH',
  end: null,
  id: 'demo_registry:meridian-cement',
  least: 1e+300,
  limit: 26,
  mentions: false,
  most_holders: 50,
  schemata: null,
  sign: 1,
  start: null
};

// The relationships of a node with the nodes at their other ends, from a place in their order.
// It is asked by graphql/operations/neighbours.graphql on the demo collection.
// Paste this whole file into Neo4j Browser. `make golden` writes it anew.
/* expand */ MATCH (n:`Entity` {id: $id})
USING INDEX n:`Entity`(id)
WHERE (n.dataset IN $datasets OR n:Literal
  AND (n._hubs IS NULL OR none(hub IN n._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH (n)<-[held]-() WHERE held.dataset IN $datasets RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders)) AND n._stub IS NULL
MATCH (n)-[r]-(m)
WHERE (r.dataset IN $datasets OR $mentions AND r:MENTIONS)
  AND (m.dataset IN $datasets OR m:Literal
  AND (m._hubs IS NULL OR none(hub IN m._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH (m)<-[held]-() WHERE held.dataset IN $datasets RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders)) AND m._stub IS NULL
  AND ($schemata IS NULL OR any(label IN labels(m) WHERE label IN $schemata))
  AND ($start IS NULL OR r._end IS NULL OR r._end >= $start)
  AND ($end IS NULL OR r._start IS NULL OR r._start <= $end)
  AND ($direction = 'BOTH' OR ($direction = 'OUT' AND startNode(r) = n)
    OR ($direction = 'IN' AND endNode(r) = n))
WITH n, r, m, [
    CASE $by WHEN 'ID' THEN 0
      WHEN 'DATE' THEN -toInteger(replace(left(coalesce(r._end, r._start, '0'), 10), '-', ''))
      WHEN 'AMOUNT' THEN -toFloat(coalesce(r._amount, -$least))
      WHEN 'SHARE' THEN -toFloat(coalesce(r._share, -$least))
      ELSE $sign * (COUNT {
    MATCH (m)-[x]-(y) WHERE x.dataset IN $datasets AND NOT y:Literal RETURN x LIMIT $bound
  } + COUNT {
    MATCH (m)-[x]-(y) WHERE x.dataset IN $datasets AND y:Literal
  AND (y._hubs IS NULL OR none(hub IN y._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH (y)<-[held]-() WHERE held.dataset IN $datasets RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders) RETURN x LIMIT $bound
  }) END,
    m.id, type(r), coalesce(r.id, ''), startNode(r) = n] AS key
WHERE $after IS NULL OR key > $after
WITH r, m, key ORDER BY key LIMIT $limit
RETURN key, type(r) AS type, startNode(r).id AS source, endNode(r).id AS target,
       properties(r) AS properties, properties(m) AS node;
