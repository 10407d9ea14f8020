MATCH p = SHORTEST $k (a) $$hops$$ (b)
  WITH nodes(p) AS ns, count(*) AS times
// walks that come back to a node are counted, so that one sees whether there is more to ask for, and left out
  WITH times, CASE WHEN $$acyclic$$ THEN ns END AS ns
