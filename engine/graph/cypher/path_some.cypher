// walks that come back to a node are asked for and counted, and only then left out
MATCH p = SHORTEST $k (a) $$hops$$ (b)
  WITH nodes(p) AS ns, count(*) AS times
  WITH collect(CASE WHEN $$acyclic$$ THEN ns END) AS kept, sum(times) AS asked
  UNWIND CASE WHEN kept = [] AND asked > 0 THEN [null] ELSE kept END AS ns
  WITH ns, asked AS times
