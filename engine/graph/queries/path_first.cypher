CYPHER 25
UNWIND $pairs AS pair
MATCH (a:$$source$$ {id: pair[0]}) WHERE a._stub IS NULL AND (a:Literal OR a.dataset IN $datasets)
MATCH (b:$$target$$ {id: pair[1]}) WHERE b._stub IS NULL AND (b:Literal OR b.dataset IN $datasets)
// a literal 1 lets the planner search from both ends for one walk only; with a parameter it takes five times as long
MATCH p = SHORTEST 1 (a) $$hops$$ (b)
WITH pair, nodes(p) AS ns
WITH pair, ns, $$crossed$$ AS rs
RETURN pair, 1 AS asked, [[n IN ns | n.id]] AS node_ids,
  [[r IN rs | coalesce(r.id, startNode(r).id + '|' + type(r) + '|' + endNode(r).id)]] AS edge_ids,
  [n IN ns | properties(n)] AS nodes, [r IN rs | [type(r), startNode(r).id, endNode(r).id, properties(r)]] AS edges
