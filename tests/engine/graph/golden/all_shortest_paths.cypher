:param {
  datasets: ['demo_offices', 'demo_offshore', 'demo_payments', 'demo_registry', 'demo_sanctions'],
  hidden: [],
  limit: 101,
  most_holders: 50,
  pairs: [['demo_registry:marta-velinova', 'demo_registry:lighthouse-energy']]
};

// All shortest paths, or the k shortest, for each pair of nodes; each node and edge once.
// It is asked by graphql/operations/all_shortest_paths.graphql on the demo collection.
// Paste this whole file into Neo4j Browser. `make golden` writes it anew.
/* path_search */ CYPHER 25
UNWIND $pairs AS pair
MATCH (a:`Entity` {id: pair[0]}) WHERE (a.dataset IN $datasets OR a:Literal
  AND (a._hubs IS NULL OR none(hub IN a._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH (a)<-[held]-() WHERE held.dataset IN $datasets RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders)) AND a._stub IS NULL
MATCH (b:`Entity` {id: pair[1]}) WHERE (b.dataset IN $datasets OR b:Literal
  AND (b._hubs IS NULL OR none(hub IN b._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH (b)<-[held]-() WHERE held.dataset IN $datasets RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders)) AND b._stub IS NULL
CALL (a, b) {
  MATCH p = ALL SHORTEST (a)
      ((x)
        -[r WHERE r.dataset IN $datasets]-
        (y WHERE (y.dataset IN $datasets OR y:Literal AND NOT y.id IN $hidden) AND y._stub IS NULL
          AND (y = b OR NOT y:Literal))){1,6}
      (b)
  WITH nodes(p) AS ns WHERE all(i IN range(0, size(ns) - 2) WHERE NOT ns[i] IN ns[i + 1 ..])
  WITH DISTINCT ns LIMIT $limit
  WITH ns, 1 AS times
  WITH ns, times, CASE WHEN ns IS NOT NULL THEN
    [i IN range(0, size(ns) - 2) | head(COLLECT {
      WITH ns[i] AS x, ns[i + 1] AS y
      MATCH (x)-[r]-(y)
      WHERE r.dataset IN $datasets
      RETURN r ORDER BY coalesce(r.id, startNode(r).id + '|' + type(r) + '|' + endNode(r).id) LIMIT 1
    })]
  END AS rs
  WITH collect(ns) AS paths, collect(rs) AS crossed, sum(times) AS asked
  WHERE asked > 0
  RETURN asked, [ns IN paths | [n IN ns | n.id]] AS node_ids,
    [rs IN crossed | [r IN rs | coalesce(r.id, startNode(r).id + '|' + type(r) + '|' + endNode(r).id)]] AS edge_ids,
    COLLECT { UNWIND paths AS ns UNWIND ns AS n WITH DISTINCT n RETURN properties(n) } AS nodes,
    COLLECT { UNWIND crossed AS rs UNWIND rs AS r WITH DISTINCT r
      RETURN [type(r), startNode(r).id, endNode(r).id, properties(r)] } AS edges
}
RETURN pair, asked, node_ids, edge_ids, nodes, edges;
