UNWIND $found AS ids
  WITH COLLECT {
    UNWIND range(0, size(ids) - 1) AS i
    CALL (ids, i) {
      MATCH (n:Entity {id: ids[i]}) RETURN n
      UNION ALL
      MATCH (n:Literal {id: ids[i]}) RETURN n
    }
    RETURN n ORDER BY i
  } AS ns, 1 AS times
