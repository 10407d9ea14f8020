// Single records and what is around them, for one reader; and what has changed since a revision.

// -- graph_id --
// Neo4j's id of this database, which no other has.
CALL db.info() YIELD id RETURN id

// -- clew_state --
// The counters: the last revision, that of the shared values, and that of deleted tombstones.
MATCH (c:Clew {id: 1})
RETURN c.revision AS revision, c.literal_revision AS literal_revision,
       coalesce(c.purged_revision, 0) AS purged_revision

// -- dataset_list --
// The datasets that are there for readers, in order of name.
MATCH (d:Dataset) WHERE d.deleting IS NULL RETURN d.name AS name, d.title AS title ORDER BY name

// -- node_by_id --
// Which of these ids are records that are nodes? All in one row: a row each takes twice as long.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND $$visible_record:n$$
RETURN collect(properties(n)) AS records

// -- edge_by_id --
// Which of these ids are records that are relationships?
// One pattern over all types: Neo4j seeks in the index of each type, and plans this in a quarter
// of the time that a union takes.
MATCH ()-[r$$types$$]->()
WHERE r.id IN $ids AND $$visible:r$$
WITH r.id AS id, head(collect(r)) AS r
RETURN collect(properties(r)) AS records

// -- literal_by_id --
// Which of these ids are shared values, and through which dataset does the reader see each?
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
WHERE $$visible_value:l$$
MATCH (l)<-[r]-()
WHERE $$visible:r$$
WITH l, min(r.dataset) AS dataset
RETURN collect(properties(l)) AS records, dataset

// -- literal_holder --
// Which record is the first, by its id, that the reader may see and that holds each shared value?
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
WHERE $$visible_value:l$$
CALL (l) {
  MATCH (l)<-[r]-(holder:Entity) WHERE $$visible:r$$ AND $$visible_record:holder$$
  RETURN holder ORDER BY holder.id LIMIT 1
}
RETURN id, properties(holder) AS properties

// -- literal_known --
// Which of these ids are shared values, whoever may see them?
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
RETURN id

// -- edge_pairs --
// Which nodes does an edge connect? One with several ends is several relationships.
MATCH (a)-[r$$types$$]->(b)
WHERE r.id = $id AND $$visible:r$$
RETURN type(r) AS type, a.id AS source, b.id AS target, properties(r) AS properties
ORDER BY source, target

// -- edge_counts --
// How many relationships of each type and direction does each node have?
UNWIND $ids AS id
MATCH (n:$$label$$ {id: id})
USING INDEX n:$$label$$(id)
WHERE $$visible_node:n$$
MATCH (n)-[r]-(m)
WHERE $$visible:r$$ AND $$visible_node:m$$
RETURN id, type(r) AS type, startNode(r) = n AS out, count(*) AS count
ORDER BY type, out DESC

// -- referrers_edge_in --
// Which edges of a type end at these records?
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE $$visible_record:n$$
CALL (n) {
  MATCH (n)<-[r:$$type$$]-() WHERE $$visible:r$$
  WITH r.id AS edge, head(collect(r)) AS r ORDER BY edge LIMIT $first
  RETURN properties(r) AS properties
}
RETURN id, properties

// -- referrers_edge_out --
// Which edges of a type start at these records?
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE $$visible_record:n$$
CALL (n) {
  MATCH (n)-[r:$$type$$]->() WHERE $$visible:r$$
  WITH r.id AS edge, head(collect(r)) AS r ORDER BY edge LIMIT $first
  RETURN properties(r) AS properties
}
RETURN id, properties

// -- referrers_node --
// Which records of a schema name these records in a property?
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE $$visible_record:n$$
CALL (n) {
  MATCH (n)<-[r:$$type$$]-(m) WHERE $schema IN labels(m) AND $$visible_record:m$$
  WITH DISTINCT m ORDER BY m.id LIMIT $first
  RETURN properties(m) AS properties
}
RETURN id, properties

// -- referrer_counts_edge_in --
// How many edges of a type end at these records?
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE $$visible_record:n$$
RETURN id, COUNT { MATCH (n)<-[r:$$type$$]-() WHERE $$visible:r$$ RETURN DISTINCT r.id } AS count

// -- referrer_counts_edge_out --
// How many edges of a type start at these records?
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE $$visible_record:n$$
RETURN id, COUNT { MATCH (n)-[r:$$type$$]->() WHERE $$visible:r$$ RETURN DISTINCT r.id } AS count

// -- referrer_counts_node --
// How many records of a schema name these records in a property?
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE $$visible_record:n$$
RETURN id, COUNT {
    MATCH (n)<-[r:$$type$$]-(m) WHERE $schema IN labels(m) AND $$visible_record:m$$
    RETURN DISTINCT m
  } AS count

// -- subgraph --
// The relationships among some nodes, many in each row: a row for each takes four times as long.
// All of a node with few relationships are looked at; those of a hub are found at their other end.
WITH COLLECT {
    MATCH (n:Entity)
    USING INDEX n:Entity(id)
    WHERE n.id IN $ids AND $$visible_record:n$$
    RETURN n
  } AS records, COLLECT {
    MATCH (n:Literal)
    USING INDEX n:Literal(id)
    WHERE n.id IN $ids AND $$visible_value:n$$
    RETURN n
  } AS shared
WITH records + shared AS ns, shared,
     [n IN records WHERE COUNT { (n)--() } <= $few] AS small,
     [n IN records WHERE COUNT { (n)--() } > $few] AS hubs
CALL (ns, shared, small, hubs) {
  UNWIND small AS a
  MATCH (a)-[r]-(b)
  WHERE b IN ns AND (startNode(r) = a OR b IN hubs) AND $$visible:r$$
  RETURN r
UNION ALL
  UNWIND hubs AS a
  UNWIND hubs + shared AS b
  MATCH (a)-[r]->(b)
  WHERE $$visible:r$$
  RETURN r
}
WITH r LIMIT $limit
WITH collect(r) AS rs
UNWIND range(0, size(rs) - 1, $together) AS at
RETURN [r IN rs[at .. at + $together] |
  [type(r), startNode(r).id, endNode(r).id, $$told$$]] AS edges

// -- subgraph_properties --
// All that a relationship holds.
properties(r)

// -- subgraph_id --
// What tells which relationship it is.
r{.id, .dataset, .schema}

// -- outward --
// The relationships that lead out of some records.
MATCH (a:Entity)
USING INDEX a:Entity(id)
WHERE a.id IN $ids AND $$visible_record:a$$
MATCH (a)-[r]->(b)
WHERE $$visible:r$$ AND $$visible_node:b$$
RETURN type(r) AS type, a.id AS source, b.id AS target, properties(r) AS properties

// -- neighbour_ids --
// The ids of what is one hop away from some nodes.
MATCH (a:$$label$$)
USING INDEX a:$$label$$(id)
WHERE a.id IN $ids
MATCH (a)-[r]-(b)
WHERE $$visible:r$$ AND $$visible_node:b$$
RETURN DISTINCT b.id AS id LIMIT $limit

// -- change_revisions --
// Up to which revision does the next window of changes go? Read from the indexes alone.
CALL () {
  MATCH (n:Entity)
  USING INDEX n:Entity(_revision)
  WHERE n._revision > $since
  WITH n._revision AS revision ORDER BY revision LIMIT $limit
  RETURN revision
UNION ALL
  MATCH (t:Tombstone)
  USING INDEX t:Tombstone(_revision)
  WHERE t._revision > $since
  WITH t._revision AS revision ORDER BY revision LIMIT $limit
  RETURN revision
UNION ALL
$$branches$$
}
WITH revision ORDER BY revision LIMIT $limit
RETURN max(revision) AS upto

// -- change_revisions_branch --
// The next revisions of the edges of one type: a branch of change_revisions.
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(_revision)
WHERE r._revision > $since
WITH r._revision AS revision ORDER BY revision LIMIT $limit
RETURN revision

// -- change_window --
// Every record that was changed and every deletion between two revisions.
MATCH (n:Entity)
USING INDEX n:Entity(_revision)
WHERE n._revision > $since AND n._revision <= $upto
RETURN n._revision AS revision, n.id AS id, properties(n) AS properties, null AS keys
UNION ALL
MATCH (t:Tombstone)
USING INDEX t:Tombstone(_revision)
WHERE t._revision > $since AND t._revision <= $upto
RETURN t._revision AS revision, t.id AS id, null AS properties, t.keys AS keys
UNION ALL
$$branches$$

// -- change_window_branch --
// The changed edges of one type: a branch of change_window.
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(_revision)
WHERE r._revision > $since AND r._revision <= $upto
WITH r.id AS id, head(collect(r)) AS r
RETURN r._revision AS revision, id, properties(r) AS properties, null AS keys
