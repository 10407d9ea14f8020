CYPHER 25
MATCH (a:$$source$$ {id: $pair[0]}) WHERE a._stub IS NULL AND (a:Literal OR a.dataset IN $datasets)
MATCH (b:$$target$$ {id: $pair[1]}) WHERE b._stub IS NULL AND (b:Literal OR b.dataset IN $datasets)
UNWIND $ids AS id
CALL (id) {
  MATCH ($$near$$:Entity {id: id}) RETURN $$near$$
  UNION ALL
  MATCH ($$near$$:Literal {id: id}) RETURN $$near$$
}
MATCH (x$$hop$$)$$left$$-[r$$hop$$$$types$$ WHERE $$crossed$$]-$$right$$(y$$hop$$ WHERE $$passed$$)
WITH $$near$$, collect(DISTINCT $$far$$) AS found
RETURN $$near$$.id AS id, [n IN found | n.id] AS ids
