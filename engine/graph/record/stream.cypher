// Records in the order of their ids, a page at a time, between two ids that are both excluded.
// `USING INDEX` names the index that has this order, so that the planner never sorts.

// -- node_identities --
// The ids and checksums of records that are nodes.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL
RETURN n.id AS id, n._checksum AS checksum ORDER BY id LIMIT $limit

// -- edge_identities --
// The ids and checksums of records that are relationships of one type.
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
RETURN r.id AS id, r._checksum AS checksum ORDER BY id LIMIT $limit

// -- node_records --
// Records that are nodes.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $limit

// -- edge_records --
// Records that are relationships of one type.
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
RETURN r.id AS id, properties(r) AS properties ORDER BY id LIMIT $limit

// -- edge_relationships --
// Relationships of one type that are records, with the ids of their ends.
MATCH (a)-[r:$$type$$]->(b)
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end AND $$visible_record:a$$ AND $$visible_record:b$$
RETURN r.id AS id, a.id AS source, b.id AS target, properties(r) AS properties
ORDER BY id LIMIT $limit

// -- link_relationships --
// Records with the other records that their properties name.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL
WITH n ORDER BY n.id LIMIT $limit
RETURN n.id AS id, n.dataset AS dataset, COLLECT {
  MATCH (n)-[r$$types$$]->(m:Entity)
  WHERE $$visible:r$$ AND $$visible_record:m$$
  RETURN [type(r), m.id]
} AS links ORDER BY id

// -- shared_values --
// Shared values with the records that hold them.
MATCH (l:Literal)
USING INDEX l:Literal(id)
WHERE l.id > $after AND l.id < $end
WITH l ORDER BY l.id LIMIT $limit
RETURN l.id AS id, properties(l) AS properties, $$visible_value:l$$ AS visible, COLLECT {
  MATCH (l)<-[r]-(n:Entity)
  WHERE $$visible:r$$ AND $$visible_record:n$$
  RETURN [n.id, type(r), r.dataset]
} AS holders ORDER BY id
