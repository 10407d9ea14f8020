// One node's relationships, a page at a time.

// -- during --
// Whether a relationship held at some time between `$start` and `$end`; an unknown date passes.
($start IS NULL OR $$it$$._end IS NULL OR $$it$$._end >= $start)
  AND ($end IS NULL OR $$it$$._start IS NULL OR $$it$$._start <= $end)

// -- expand_wanted --
// Whether a relationship `r` of the node `n` is asked for, and its other end `m`.
($$visible:r$$ OR $mentions AND r:MENTIONS)
  AND $$visible_node:m$$
  AND ($schemata IS NULL OR any(label IN labels(m) WHERE label IN $schemata))
  AND $$during:r$$
  AND ($direction = 'BOTH' OR ($direction = 'OUT' AND startNode(r) = n)
    OR ($direction = 'IN' AND endNode(r) = n))

// -- expand_place --
// The first part of a step's place in the order; what comes first has the least.
// A degree is counted among what the reader may see, and up to a bound: more is a hub.
CASE $by WHEN 'ID' THEN 0
      WHEN 'DATE' THEN -toInteger(replace(left(coalesce(r._end, r._start, '0'), 10), '-', ''))
      WHEN 'AMOUNT' THEN -toFloat(coalesce(r._amount, -$least))
      WHEN 'SHARE' THEN -toFloat(coalesce(r._share, -$least))
      ELSE $sign * ($$visible_degree:m$$) END

// -- expand --
// The relationships of a node with the nodes at their other ends, from a place in their order.
MATCH (n:$$label$$ {id: $id})
USING INDEX n:$$label$$(id)
WHERE $$visible_node:n$$
MATCH (n)$$left$$-[r$$types$$]-$$right$$(m)
WHERE $$expand_wanted:it$$
WITH n, r, m, [
    $$expand_place:it$$,
    m.id, type(r), coalesce(r.id, ''), startNode(r) = n] AS key
WHERE $after IS NULL OR key > $after
WITH r, m, key ORDER BY key LIMIT $limit
RETURN key, type(r) AS type, startNode(r).id AS source, endNode(r).id AS target,
       properties(r) AS properties, properties(m) AS node

// -- expand_count --
// How many relationships do the pages of `expand` hold in all?
MATCH (n:$$label$$ {id: $id})
USING INDEX n:$$label$$(id)
WHERE $$visible_node:n$$
MATCH (n)$$left$$-[r$$types$$]-$$right$$(m)
WHERE $$expand_wanted:it$$
RETURN count(*) AS total

// -- expand_judged --
// The same for records that are judged the same; a relationship at two of them is there twice.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND $$visible_record:n$$
MATCH (n)-[r$$types$$]-(m)
WHERE $$expand_wanted:it$$
WITH n, r, m, [
    $$expand_place:it$$,
    m.id, type(r), coalesce(r.id, '') + '|' + n.id, startNode(r) = n] AS key
WHERE $after IS NULL OR key > $after
WITH r, m, key ORDER BY key LIMIT $limit
RETURN key, type(r) AS type, startNode(r).id AS source, endNode(r).id AS target,
       properties(r) AS properties, properties(m) AS node

// -- expand_judged_count --
// How many relationships do the pages of `expand_judged` hold in all?
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND $$visible_record:n$$
MATCH (n)-[r$$types$$]-(m)
WHERE $$expand_wanted:it$$
RETURN count(*) AS total

// -- neighbour_links --
// The neighbours of records by relationships that are no edges of FtM, each with their number.
MATCH (n:$$label$$)
USING INDEX n:$$label$$(id)
WHERE n.id IN $ids AND $$visible_node:n$$
MATCH (n)$$left$$-[r$$types$$]-$$right$$(m)
WHERE $$expand_wanted:it$$
RETURN m.id AS id, count(*) AS count

// -- neighbour_sharers --
// Who shares some neighbours with records; they lead to the neighbour in the same direction.
UNWIND $through AS id
CALL (id) {
  MATCH (n:Entity {id: id}) RETURN n
  UNION ALL
  MATCH (n:Literal {id: id}) RETURN n
}
MATCH (n)$$left$$-[r$$types$$]-$$right$$(m)
WHERE $$visible:r$$ AND $$during:r$$
WITH n, m, min(r._start) AS first, max(coalesce(r._end, r._start)) AS last
WITH m, count(*) AS count, min(first) AS first, max(last) AS last
WHERE $$visible_node:m$$ AND NOT m.id IN $ids

// -- neighbour_seconds --
// A page of those who share neighbours: how many they share, and from when to when.
$$neighbour_sharers:it$$
WITH m.id AS id, count, first, last
ORDER BY CASE WHEN $latest THEN coalesce(last, '') ELSE count END DESC, id
SKIP $skip LIMIT $limit
RETURN id, count, first, last

// -- neighbour_seconds_count --
// How many share neighbours?
$$neighbour_sharers:it$$
RETURN count(*) AS count

// -- hub_degrees --
// How many relationships do records have, whoever may see them? The numbers are stored.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND $$visible_record:n$$
RETURN n.id AS id, COUNT { (n)--() } AS degree

// -- hub_stubs --
// The records of some datasets that others name, and that never came.
MATCH (s:Entity)
USING INDEX s:Entity(_stub, dataset)
WHERE s._stub = true AND s.dataset IN $among
RETURN s.id AS id LIMIT $limit

// -- hub_counts --
// How many relationships of some types lead out of a record?
MATCH (n:Entity {id: $id})
USING INDEX n:Entity(id)
WHERE $$visible_record:n$$
MATCH (n)-[r$$types$$]->(m)
WHERE $$visible:r$$ AND $$visible_node:m$$
RETURN type(r) AS type, count(*) AS count

// -- expand_edges --
// These edges of a record, with the nodes at their other ends.
MATCH (a)-[r$$types$$]->(b)
WHERE r.id IN $edges AND (a.id = $id OR b.id = $id)
WITH r, CASE WHEN a.id = $id THEN a ELSE b END AS n, CASE WHEN a.id = $id THEN b ELSE a END AS m
WHERE $$visible_record:n$$ AND $$expand_wanted:it$$
RETURN type(r) AS type, startNode(r).id AS source, endNode(r).id AS target,
       properties(r) AS properties, properties(m) AS node

// -- expand_links --
// The relationships by which these records name one.
MATCH (m:Entity)
USING INDEX m:Entity(id)
WHERE m.id IN $neighbours
MATCH (m)-[r$$types$$]->(n:Entity {id: $id})
WHERE $$visible_record:n$$ AND $$expand_wanted:it$$
RETURN type(r) AS type, startNode(r).id AS source, endNode(r).id AS target,
       properties(r) AS properties, properties(m) AS node
