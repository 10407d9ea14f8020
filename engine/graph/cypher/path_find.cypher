UNWIND $pairs AS pair
CALL (pair) {
  MATCH p = $$selector$$ (a:Entity {id: pair[0]})$$pattern$$(b:Entity {id: pair[1]})
  WHERE a._stub IS NULL AND a.dataset IN $datasets AND b._stub IS NULL AND b.dataset IN $datasets
  WITH nodes(p) AS steps, p
  WHERE all(n IN steps WHERE single(m IN steps WHERE m = n))
  WITH steps, collect(p)[0] AS p
  RETURN steps, p ORDER BY size(steps) LIMIT $most
}
WITH steps, p LIMIT $limit
RETURN [n IN steps | properties(n)] AS nodes,
       [r IN relationships(p) | [type(r), startNode(r).id, endNode(r).id, properties(r)]] AS edges
