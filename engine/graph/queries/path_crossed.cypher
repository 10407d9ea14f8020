[i IN $$places$$ | head(COLLECT { WITH ns[i] AS x$$hop$$, ns[i + 1] AS y$$hop$$
    MATCH (x$$hop$$)$$left$$-[r$$hop$$$$types$$]-$$right$$(y$$hop$$) WHERE $$crossed$$
    RETURN r$$hop$$ ORDER BY coalesce(r$$hop$$.id, startNode(r$$hop$$).id + '|' + type(r$$hop$$) + '|' + endNode(r$$hop$$).id)
    LIMIT 1 })]
