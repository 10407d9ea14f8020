:param {
  datasets: ['demo_offices', 'demo_offshore', 'demo_payments', 'demo_registry', 'demo_sanctions'],
  h1_share: 0.25,
  h2_share: 0.25,
  hidden: [],
  k: 18,
  most_holders: 50,
  pairs: [['demo_payments:ministry-of-works', 'demo_registry:borealis-invest']]
};

// All shortest paths, or the k shortest, for each pair of nodes; each node and edge once.
// It is asked by graphql/operations/filtered_paths.graphql on the demo collection.
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
  MATCH p = SHORTEST $k (a)
      ((x0)
        -[r0:`PAYMENT` WHERE r0.dataset IN $datasets]->
        (y0 WHERE (y0.dataset IN $datasets OR y0:Literal AND NOT y0.id IN $hidden) AND y0._stub IS NULL
          AND (x0 <> b AND y0 <> a))){1}
      ((x1)
        <-[r1:`OWNERSHIP` WHERE r1.dataset IN $datasets
          AND (NOT r1:OWNERSHIP OR r1._share >= $h1_share)]-
        (y1 WHERE (y1.dataset IN $datasets OR y1:Literal AND NOT y1.id IN $hidden) AND y1._stub IS NULL
          AND (x1 <> b AND y1 <> a))){1}
      ((x2)
        <-[r2:`OWNERSHIP` WHERE r2.dataset IN $datasets
          AND (NOT r2:OWNERSHIP OR r2._share >= $h2_share)]-
        (y2 WHERE (y2.dataset IN $datasets OR y2:Literal AND NOT y2.id IN $hidden) AND y2._stub IS NULL
          AND (x2 <> b AND y2 <> a))){1}
      (b)
  WITH nodes(p) AS ns, count(*) AS times
  WITH times, CASE WHEN all(i IN range(0, size(ns) - 2) WHERE NOT ns[i] IN ns[i + 1 ..]) THEN ns END AS ns
  WITH ns, times, CASE WHEN ns IS NOT NULL THEN
    [i IN [0] | head(COLLECT {
      WITH ns[i] AS x0, ns[i + 1] AS y0
      MATCH (x0)-[r0:`PAYMENT`]->(y0)
      WHERE r0.dataset IN $datasets
      RETURN r0 ORDER BY coalesce(r0.id, startNode(r0).id + '|' + type(r0) + '|' + endNode(r0).id) LIMIT 1
    })]
    + [i IN [1] | head(COLLECT {
      WITH ns[i] AS x1, ns[i + 1] AS y1
      MATCH (x1)<-[r1:`OWNERSHIP`]-(y1)
      WHERE r1.dataset IN $datasets
          AND (NOT r1:OWNERSHIP OR r1._share >= $h1_share)
      RETURN r1 ORDER BY coalesce(r1.id, startNode(r1).id + '|' + type(r1) + '|' + endNode(r1).id) LIMIT 1
    })]
    + [i IN [2] | head(COLLECT {
      WITH ns[i] AS x2, ns[i + 1] AS y2
      MATCH (x2)<-[r2:`OWNERSHIP`]-(y2)
      WHERE r2.dataset IN $datasets
          AND (NOT r2:OWNERSHIP OR r2._share >= $h2_share)
      RETURN r2 ORDER BY coalesce(r2.id, startNode(r2).id + '|' + type(r2) + '|' + endNode(r2).id) LIMIT 1
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
