// Records of several datasets that are one thing, and what is around records.

// -- overlap_shared --
// Which identifiers do records of more than one of some datasets hold?
MATCH (l:Literal)
USING INDEX l:Literal(id)
WHERE l.id STARTS WITH 'literal:identifier:' AND l.id > $after
MATCH (l)<-[r:IDENTIFIER]-(n:Entity)
WHERE $$visible:r$$ AND n.dataset IN $chosen AND $$visible_record:n$$
WITH l, collect(DISTINCT n.id) AS ids, count(DISTINCT n.dataset) AS several
WHERE several > 1 AND $$visible_value:l$$
RETURN l.id AS key, ids ORDER BY key LIMIT $first

// -- overlap_judged --
// Which records of two of some datasets are judged the same?
MATCH (a:Entity)-[j:SAME_AS]->(b:Entity)
WHERE $$visible_judgement:j$$ AND a.dataset <> b.dataset
  AND a.dataset IN $chosen AND b.dataset IN $chosen
  AND $$visible_record:a$$ AND $$visible_record:b$$
WITH 'judgement:' + j.id AS key, [a.id, b.id] AS ids WHERE key > $after
RETURN key, ids ORDER BY key LIMIT $first

// -- neighbourhood_step --
// Where does a hop lead from each of these nodes?
CYPHER 25
UNWIND $ids AS id
CALL (id) {
  MATCH (x:Entity {id: id}) WHERE $$visible_node:x$$ RETURN x
  UNION ALL
  MATCH (x:Literal {id: id}) WHERE $$visible_node:x$$ RETURN x
}
WITH x, null AS a, null AS b
MATCH (x)
      $$left$$-[$$edge$$$$types$$ WHERE $$crossable$$]-$$right$$
      ($$to$$ WHERE $$passable$$)
RETURN DISTINCT $$to$$.id AS id ORDER BY id LIMIT $limit
