// Paths. A query is put together by path.py from a search, and by hop.py from the parts of a hop:
// `$$from$$` is the node where a hop starts, `$$edge$$` its relationship, `$$to$$` where it leads.
// A pattern cannot say which filters apply, so only the conditions that are asked for stand in it.

// -- path_single_node --
// Which of these nodes are there? The path from a node to itself has no hops.
MATCH (n:$$label$$)
WHERE n.id IN $ids AND $$visible_node:n$$
RETURN properties(n) AS properties, head(COLLECT {
  MATCH (n)-[r]-() WHERE $$visible:r$$ RETURN r.dataset ORDER BY r.dataset LIMIT 1
}) AS dataset

// -- path_hubs --
// Which nodes have more relationships than a path may pass?
// All are counted first, because that number is stored and need not be looked at.
MATCH (n:Entity|Literal)
WHERE COUNT { (n)--() } > $degree AND $$visible_degree:n$$ > $degree
RETURN n.id AS id

// -- path_shortest --
// One shortest path for each pair of nodes, unless one of them has too many relationships.
CYPHER 25
UNWIND $pairs AS pair
MATCH (a:$$source$$ {id: pair[0]}) WHERE $$visible_node:a$$ AND COUNT { (a)--() } <= $crowded
MATCH (b:$$target$$ {id: pair[1]}) WHERE $$visible_node:b$$ AND COUNT { (b)--() } <= $crowded
// A literal 1 lets the planner search from both ends. It does so for one walk only; with a
// parameter the search takes five times as long.
MATCH p = SHORTEST 1 (a)
      $$hops$$
      (b)
WITH pair, nodes(p) AS ns
WITH pair, ns,
    $$relationships$$ AS rs
RETURN pair, 1 AS asked, [[n IN ns | n.id]] AS node_ids,
  [[r IN rs | $$relationship_id:r$$]] AS edge_ids,
  [n IN ns | properties(n)] AS nodes,
  [r IN rs | [type(r), startNode(r).id, endNode(r).id, properties(r)]] AS edges

// -- path_search --
// All shortest paths, or the k shortest, for each pair of nodes; each node and edge once.
CYPHER 25
UNWIND $pairs AS pair
MATCH (a:$$source$$ {id: pair[0]}) WHERE $$visible_node:a$$
MATCH (b:$$target$$ {id: pair[1]}) WHERE $$visible_node:b$$
CALL (a, b) {
  $$search$$
  WITH ns, times, CASE WHEN ns IS NOT NULL THEN
    $$relationships$$
  END AS rs
  WITH collect(ns) AS paths, collect(rs) AS crossed, sum(times) AS asked
  WHERE asked > 0
  RETURN asked, [ns IN paths | [n IN ns | n.id]] AS node_ids,
    [rs IN crossed | [r IN rs | $$relationship_id:r$$]] AS edge_ids,
    COLLECT { UNWIND paths AS ns UNWIND ns AS n WITH DISTINCT n RETURN properties(n) } AS nodes,
    COLLECT { UNWIND crossed AS rs UNWIND rs AS r WITH DISTINCT r
      RETURN [type(r), startNode(r).id, endNode(r).id, properties(r)] } AS edges
}
RETURN pair, asked, node_ids, edge_ids, nodes, edges

// -- path_all_shortest --
// The search for all paths of the shortest length.
MATCH p = ALL SHORTEST (a)
      $$hops$$
      (b)
  WITH nodes(p) AS ns WHERE $$acyclic:ns$$
  WITH DISTINCT ns LIMIT $limit
  WITH ns, 1 AS times

// -- path_k_shortest --
// The search for the k shortest walks, of which those that repeat a node are no paths.
// Such walks are counted, so that one sees whether there is more to ask for, and left out.
MATCH p = SHORTEST $k (a)
      $$hops$$
      (b)
  WITH nodes(p) AS ns, count(*) AS times
  WITH times, CASE WHEN $$acyclic:ns$$ THEN ns END AS ns

// -- path_by_nodes --
// Takes paths that are known by the ids of their nodes in place of a search.
UNWIND $paths AS ids
  WITH COLLECT {
    UNWIND range(0, size(ids) - 1) AS i
    CALL (ids, i) {
      MATCH (n:Entity {id: ids[i]}) RETURN n
      UNION ALL
      MATCH (n:Literal {id: ids[i]}) RETURN n
    }
    RETURN n ORDER BY i
  } AS ns, 1 AS times

// -- path_neighbours --
// Where does one hop lead from each of these nodes, or from where does it lead to each?
CYPHER 25
MATCH (a:$$source$$ {id: $pair[0]}) WHERE $$visible_node:a$$
MATCH (b:$$target$$ {id: $pair[1]}) WHERE $$visible_node:b$$
UNWIND $ids AS id
CALL (id) {
  MATCH ($$near$$:Entity {id: id}) RETURN $$near$$
  UNION ALL
  MATCH ($$near$$:Literal {id: id}) RETURN $$near$$
}
MATCH ($$from$$)
      $$left$$-[$$edge$$$$types$$ WHERE $$crossable$$]-$$right$$
      ($$to$$ WHERE $$passable$$)
WITH $$near$$, collect(DISTINCT $$far$$) AS neighbours
RETURN $$near$$.id AS id, [n IN neighbours | n.id] AS ids

// -- path_passable --
// Which of these records may be on the path, beside those that a hop leads to?
CYPHER 25
MATCH (a:$$source$$ {id: $pair[0]})
MATCH (b:$$target$$ {id: $pair[1]})
MATCH ($$to$$:Entity)
WHERE $$to$$.id IN $ids AND $$passable$$
RETURN $$to$$.id AS id

// -- path_degrees --
// How many relationships do these nodes have, whoever may see them? The numbers are stored.
UNWIND $ids AS id
CALL (id) {
  MATCH (n:Entity {id: id}) RETURN n
  UNION ALL
  MATCH (n:Literal {id: id}) RETURN n
}
RETURN id, COUNT { (n)--() } AS degree

// -- path_crowded --
// Which of these nodes have very many relationships, or a neighbour that has?
UNWIND $ids AS id
CALL (id) {
  MATCH (n:Entity {id: id}) RETURN n
  UNION ALL
  MATCH (n:Literal {id: id}) RETURN n
}
WITH id, n, COUNT { (n)--() } AS degree
WHERE degree > $crowded OR $around AND EXISTS { (n)--(m) WHERE COUNT { (m)--() } > $crowded }
RETURN id

// -- path_one_hop --
// One hop that stands alone.
($$from$$)
      $$left$$-[$$edge$$$$types$$ WHERE $$crossable$$]-$$right$$
      ($$to$$ WHERE $$passable$$)

// -- path_direct --
// Does one hop lead from one end to the other?
CYPHER 25
MATCH (a:$$source$$ {id: $pair[0]}) WHERE $$visible_node:a$$
MATCH (b:$$target$$ {id: $pair[1]}) WHERE $$visible_node:b$$
WITH a, b, a AS $$from$$, b AS $$to$$
MATCH $$hop$$
RETURN true AS there LIMIT 1

// -- path_across --
// Through which nodes do two hops lead from some nodes to others?
CYPHER 25
MATCH (a:$$source$$ {id: $pair[0]}) WHERE $$visible_node:a$$
MATCH (b:$$target$$ {id: $pair[1]}) WHERE $$visible_node:b$$
UNWIND $ids AS id
CALL (id) {
  MATCH ($$near$$:Entity {id: id}) RETURN $$near$$
  UNION ALL
  MATCH ($$near$$:Literal {id: id}) RETURN $$near$$
}
CALL (a, b, $$near$$) {
  MATCH $$first$$
  WITH DISTINCT a, b, $$met$$
  WHERE $$met$$ <> a AND $$met$$ <> b
  RETURN $$met$$ AS $$middle$$
}
MATCH $$second$$
WHERE $$far$$.id IN $far
RETURN DISTINCT $$near$$.id AS near, $$middle$$.id AS middle, $$far$$.id AS far
LIMIT $limit

// -- path_across_few --
// The same to a few others, which are looked for from each node in the middle.
CYPHER 25
MATCH (a:$$source$$ {id: $pair[0]}) WHERE $$visible_node:a$$
MATCH (b:$$target$$ {id: $pair[1]}) WHERE $$visible_node:b$$
CALL () {
  UNWIND $far AS id
  CALL (id) {
    MATCH ($$far$$:Entity {id: id}) RETURN $$far$$
    UNION ALL
    MATCH ($$far$$:Literal {id: id}) RETURN $$far$$
  }
  RETURN collect($$far$$) AS others
}
UNWIND $ids AS id
CALL (id) {
  MATCH ($$near$$:Entity {id: id}) RETURN $$near$$
  UNION ALL
  MATCH ($$near$$:Literal {id: id}) RETURN $$near$$
}
CALL (a, b, $$near$$) {
  MATCH $$first$$
  WITH DISTINCT a, b, $$met$$
  WHERE $$met$$ <> a AND $$met$$ <> b
  RETURN $$met$$ AS $$middle$$
}
UNWIND others AS $$far$$
MATCH $$second$$
RETURN DISTINCT $$near$$.id AS near, $$middle$$.id AS middle, $$far$$.id AS far
LIMIT $limit

// -- path_hop --
// One hop as a part of a pattern, or one that repeats.
(($$from$$)
        $$left$$-[$$edge$$$$types$$ WHERE $$crossable$$]-$$right$$
        ($$to$$ WHERE $$passable$$)){$$times$$}

// -- path_relationships --
// The relationships that a path crosses at some places; of parallel ones the first by id.
[i IN $$places$$ | head(COLLECT {
      WITH ns[i] AS $$from$$, ns[i + 1] AS $$to$$
      MATCH ($$from$$)$$left$$-[$$edge$$$$types$$]-$$right$$($$to$$)
      WHERE $$crossable$$
      RETURN $$edge$$ ORDER BY $$edge_id$$ LIMIT 1
    })]

// -- relationship_id --
// The id of a relationship: an edge has its own, a link that of its ends and its type.
coalesce($$it$$.id, startNode($$it$$).id + '|' + type($$it$$) + '|' + endNode($$it$$).id)

// -- acyclic --
// Whether a list of nodes has none twice.
all(i IN range(0, size($$it$$) - 2) WHERE NOT $$it$$[i] IN $$it$$[i + 1 ..])

// -- path_edge_onward --
// Whether a hop does not pass through an end of the path. A shortest walk never does.
($$from$$ <> b AND $$to$$ <> a)

// -- path_edge_datasets --
// Whether a relationship belongs to one of the datasets of a filter.
$$edge$$.dataset IN $$value$$

// -- path_mention_datasets --
// The same where mentions are crossed, which belong to no dataset.
($$edge$$.dataset IN $$value$$ OR $$edge$$:MENTIONS)

// -- path_edge_start --
// Whether a relationship did not end before the time of a filter.
($$edge$$._end IS NULL OR $$edge$$._end >= $$value$$)

// -- path_edge_end --
// Whether a relationship did not start after the time of a filter.
($$edge$$._start IS NULL OR $$edge$$._start <= $$value$$)

// -- path_edge_share --
// Whether a relationship is no ownership, or one of at least a share.
(NOT $$edge$$:OWNERSHIP OR $$edge$$._share >= $$value$$)

// -- path_node_avoid --
// Whether a node is none that the path must avoid.
($$to$$ = b OR NOT $$to$$.id IN $avoid)

// -- path_node_record --
// Whether a node is a record, not a shared value.
($$to$$ = b OR NOT $$to$$:Literal)

// -- path_node_datasets --
// Whether a node belongs to one of the datasets of a filter.
($$to$$ = b OR $$to$$:Literal OR $$to$$.dataset IN $$value$$)

// -- path_node_degree --
// Whether a node is no hub.
($$to$$ = b OR NOT $$to$$.id IN $$value$$)

// -- path_node_schemata --
// Whether a node has one of the schemata of a filter.
($$to$$ = b OR $$to$$:$$labels$$)

// -- path_edge_least --
// Whether a relationship has no amount by its type, or one of at least so much.
(NOT $$edge$$:PAYMENT|DEBT|CONTRACT_AWARD OR $$edge$$._amount >= $$value$$)

// -- path_edge_greatest --
// Whether a relationship has no amount by its type, or one of at most so much.
(NOT $$edge$$:PAYMENT|DEBT|CONTRACT_AWARD OR $$edge$$._amount <= $$value$$)

// -- path_edge_currency --
// Whether a relationship has no amount by its type, or one in a currency.
(NOT $$edge$$:PAYMENT|DEBT|CONTRACT_AWARD
  OR any(c IN $$edge$$.currency WHERE toUpper(c) = $$value$$))

// -- path_node_topics --
// Whether a node has one of some topics.
($$to$$ = b OR any(t IN $$to$$.topics WHERE toLower(t) IN $$value$$))

// -- path_node_countries --
// Whether a node has one of some countries in any property of countries.
($$to$$ = b OR any(p IN $$properties$$ WHERE any(c IN $$to$$[p] WHERE toLower(c) IN $$value$$)))
