(y$$hop$$ = b OR COUNT { (y$$hop$$)--() } <= $$$set$$_degree
  OR COUNT { MATCH (y$$hop$$)-[q]-() WHERE q.dataset IN $datasets RETURN q LIMIT $$$set$$_degree + 1 } <= $$$set$$_degree)
