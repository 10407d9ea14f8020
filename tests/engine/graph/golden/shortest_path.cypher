:param {
  crowded: 1000,
  datasets: ['demo_offices', 'demo_offshore', 'demo_payments', 'demo_registry', 'demo_sanctions'],
  most_holders: 50,
  pairs: [['demo_payments:ministry-of-works', 'demo_sanctions:viktor-drozdan']]
};

// One shortest path for each pair of nodes, unless one of them has too many relationships.
// It is asked by graphql/operations/shortest_path.graphql on the demo collection.
// Paste this whole file into Neo4j Browser. `make golden` writes it anew.
/* path_shortest */ CYPHER 25
UNWIND $pairs AS pair
MATCH (a:`Entity` {id: pair[0]}) WHERE (a.dataset IN $datasets OR a:Literal
  AND (a._hubs IS NULL OR none(hub IN a._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH (a)<-[held]-() WHERE held.dataset IN $datasets RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders)) AND a._stub IS NULL AND COUNT { (a)--() } <= $crowded
MATCH (b:`Entity` {id: pair[1]}) WHERE (b.dataset IN $datasets OR b:Literal
  AND (b._hubs IS NULL OR none(hub IN b._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH (b)<-[held]-() WHERE held.dataset IN $datasets RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders)) AND b._stub IS NULL AND COUNT { (b)--() } <= $crowded
MATCH p = SHORTEST 1 (a)
      ((x)
        -[r WHERE r.dataset IN $datasets]-
        (y WHERE true)){1,8}
      (b)
WITH pair, nodes(p) AS ns
WITH pair, ns,
    [i IN range(0, size(ns) - 2) | head(COLLECT {
      WITH ns[i] AS x, ns[i + 1] AS y
      MATCH (x)-[r]-(y)
      WHERE r.dataset IN $datasets
      RETURN r ORDER BY coalesce(r.id, startNode(r).id + '|' + type(r) + '|' + endNode(r).id) LIMIT 1
    })] AS rs
RETURN pair, 1 AS asked, [[n IN ns | n.id]] AS node_ids,
  [[r IN rs | coalesce(r.id, startNode(r).id + '|' + type(r) + '|' + endNode(r).id)]] AS edge_ids,
  [n IN ns | properties(n)] AS nodes,
  [r IN rs | [type(r), startNode(r).id, endNode(r).id, properties(r)]] AS edges;
