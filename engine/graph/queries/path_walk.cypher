CYPHER 25
UNWIND $pairs AS pair
MATCH (a:$$source$$ {id: pair[0]}) WHERE a._stub IS NULL AND (a:Literal OR a.dataset IN $datasets)
MATCH (b:$$target$$ {id: pair[1]}) WHERE b._stub IS NULL AND (b:Literal OR b.dataset IN $datasets)
CALL (a, b) {
  $$search$$
  WITH ns, times, CASE WHEN ns IS NOT NULL THEN $$crossed$$ END AS rs
  WITH collect(ns) AS found, collect(rs) AS crossed, sum(times) AS asked
  WHERE asked > 0
  RETURN asked, [ns IN found | [n IN ns | n.id]] AS node_ids,
    [rs IN crossed | [r IN rs | coalesce(r.id, startNode(r).id + '|' + type(r) + '|' + endNode(r).id)]] AS edge_ids,
    COLLECT { UNWIND found AS ns UNWIND ns AS n WITH DISTINCT n RETURN properties(n) } AS nodes,
    COLLECT { UNWIND crossed AS rs UNWIND rs AS r WITH DISTINCT r
      RETURN [type(r), startNode(r).id, endNode(r).id, properties(r)] } AS edges
}
RETURN pair, asked, node_ids, edge_ids, nodes, edges
