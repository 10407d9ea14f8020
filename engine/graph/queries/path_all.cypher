MATCH p = ALL SHORTEST (a) $$hops$$ (b)
  WITH nodes(p) AS ns WHERE $$acyclic$$
  WITH DISTINCT ns LIMIT $limit
  WITH ns, 1 AS times
