:param {
  datasets: ['demo_offices', 'demo_offshore', 'demo_payments', 'demo_registry', 'demo_sanctions'],
  end: '2020-01-01~',
  history: true,
  ids: ['demo_registry:meridian-cement'],
  limit: 5001,
  start: '2020-01-01'
};

// Who owns these companies? The largest shares first.
// It is asked by graphql/operations/owners.graphql on the demo collection.
// Paste this whole file into Neo4j Browser. `make golden` writes it anew.
/* ownership_up */ MATCH (b:Entity) WHERE b.id IN $ids
MATCH (a)-[r:OWNERSHIP]->(b)
WHERE r.dataset IN $datasets AND a.dataset IN $datasets AND a._stub IS NULL
  AND ($start IS NULL OR r._end IS NULL OR r._end >= $start)
  AND ($end IS NULL OR r._start IS NULL OR r._start <= $end)
  AND ($history OR NOT 'superseded' IN coalesce(r.status, []))
RETURN a.id AS source, b.id AS target, properties(r) AS edge, properties(a) AS node
ORDER BY coalesce(r._share, 1.0) DESC, r.id, source, target
LIMIT $limit;
