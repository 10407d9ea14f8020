// Writing and removing records: nodes, edges, the links that properties are, stubs, and revisions.
// Labels and types stand in the text: `SET n:$(labels)` takes five times as long.

// -- clew_bump --
// Moves the counter of revisions. Its lock puts write transactions in order.
MATCH (c:Clew {id: 1}) SET c.revision = c.revision + $by
WITH c
$$moment:c$$
RETURN c.revision AS revision

// -- moment --
// Notes when a revision was written, unless none was.
FOREACH (_ IN CASE WHEN $by > 0 THEN [1] ELSE [] END |
  MERGE (m:Moment {at: datetime.realtime().epochSeconds}) SET m.revision = $$it$$.revision)

// -- clew_begin --
// Moves the counter of revisions, as clew_bump does, and answers what the write depends on.
MATCH (c:Clew {id: 1}) SET c.revision = c.revision + $by
WITH c
$$moment:c$$
RETURN c.revision AS revision,
  EXISTS { (:Tombstone) } AS tombstones,
  COLLECT {
    MATCH (d:Dataset) WHERE d.name IN $names AND d.deleting IS NULL RETURN d.name
  } AS live,
  COLLECT {
    MATCH (d:Dataset) WHERE d.name IN $names AND d.deleting IS NOT NULL RETURN d.name
  } AS deleting

// -- setting --
// A setting of the server.
SHOW SETTINGS YIELD name, value WHERE name = $name RETURN value

// -- dataset_ensure --
// Creates a dataset where there is none, counts the loads that have begun, and notes when.
// A crawl that finds another load counted knows that the dataset may differ from its source.
// A new one is restricted until it is published.
MERGE (d:Dataset {name: $name})
ON CREATE SET d.title = $title, d.visibility = 'restricted', d._new = true
ON MATCH SET d.title = CASE WHEN d.deleting IS NULL THEN coalesce($title, d.title) ELSE d.title END
SET d.loads = coalesce(d.loads, 0) + 1, d.loading = datetime()
FOREACH (_ IN CASE WHEN d._new THEN [1] ELSE [] END | $$access_change:it$$)
REMOVE d._new
RETURN d.deleting IS NOT NULL AS deleting

// -- dataset_updated --
// Notes as of when a dataset is, and answers how many loads into it have begun.
MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NULL
SET d.last_updated = $at
RETURN coalesce(d.loads, 0) AS loads

// -- dataset_loaded --
// Notes that a load has ended, and as of when the dataset is, unless that is not known.
MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NULL
SET d.last_updated = coalesce($at, d.last_updated)
REMOVE d.loading
RETURN d.name AS name

// -- node_count --
// How many records that are nodes does a dataset have?
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL
RETURN count(*) AS count

// -- edge_count --
// How many edges does a dataset have? One with several ends counts several times.
$$branches$$

// -- edge_count_branch --
// How many there are of one type: a branch of edge_count.
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
RETURN count(*) AS count

// -- node_state --
// The schema of each of these nodes: null for a stub.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
RETURN id, n.schema AS schema

// -- node_properties --
// These records as they are now.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND n._stub IS NULL RETURN properties(n) AS properties

// -- node_checksums --
// The checksums of these records of a dataset.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE n._stub IS NULL AND n.dataset = $dataset
RETURN id, n._checksum AS checksum

// -- node_create --
// Creates records that are nodes.
UNWIND $rows AS row
CREATE (n:Entity$$labels$$) SET n = row

// -- node_fill --
// Turns stubs into the records that have now arrived.
UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
USING INDEX n:Entity(id)
SET n = row, n$$labels$$

// -- node_replace --
// Replaces records by their new versions, which may have another schema.
UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
USING INDEX n:Entity(id)
WITH n, row, coalesce(n._added, n._revision) AS added, $$change_note:n$$ AS changed
REMOVE n$$old$$
SET n = row, n$$labels$$, n._added = added, n._changed = changed

// -- change_note --
// Which properties a new version of a record changes, before what earlier ones did: the last ten.
// A note is a revision and names, such as `12 name country`.
reduce(note = toString(row._revision), k IN [k IN keys($$it$$) + [k IN keys(row)
    WHERE NOT k IN keys($$it$$)] WHERE NOT k IN $own AND NOT k STARTS WITH '_'
    AND (any(v IN coalesce($$it$$[k], []) WHERE NOT v IN coalesce(row[k], []))
      OR any(v IN coalesce(row[k], []) WHERE NOT v IN coalesce($$it$$[k], [])))] | note + ' ' + k)
  + reduce(rest = '', note IN split(coalesce($$it$$._changed, ''), ';')[..9] |
    CASE note WHEN '' THEN rest ELSE rest + ';' + note END)

// -- node_retire --
// Turns records into stubs, because others still refer to them.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
REMOVE n$$old$$
SET n = {id: id, dataset: n.dataset, _stub: true}

// -- node_alone --
// Which of these nodes have no relationship?
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE NOT EXISTS { (n)--() }
RETURN id, elementId(n) AS element

// -- node_delete --
// Deletes nodes that have no relationship.
UNWIND $elements AS element
MATCH (n)
WHERE elementId(n) = element
DELETE n

// -- stub_create --
// Creates stubs for records that have not arrived yet.
UNWIND $rows AS row
CREATE (n:Entity) SET n = row

// -- stub_sweep --
// Deletes those of these nodes that are stubs which nothing refers to.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE n._stub AND NOT EXISTS { (n)--() }
DELETE n

// -- edge_create --
// Creates edges, and answers how many had both of their ends.
UNWIND $rows AS row
MATCH (a:Entity {id: row.source})
USING INDEX a:Entity(id)
MATCH (b:Entity {id: row.target})
USING INDEX b:Entity(id)
CREATE (a)-[r:$$type$$]->(b) SET r = row.properties
RETURN count(*) AS made

// -- edge_replace --
// Replaces the properties of edges whose ends stay the same.
UNWIND $rows AS row
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id = row.id
WITH r, row, coalesce(r._added, r._revision) AS added, $$change_note:r$$ AS changed
SET r = row, r._added = added, r._changed = changed

// -- edge_delete --
// Deletes edges.
// Not by the index of ids: a transaction that has deleted many looks each of them up again at
// every seek.
UNWIND $elements AS element
MATCH ()-[r]->()
WHERE elementId(r) = element
DELETE r

// -- edge_ends --
// Where do the relationships of these edges start and end?
$$branches$$

// -- edge_ends_branch --
// The ends of the edges of one type: a branch of edge_ends.
UNWIND $ids AS id
MATCH (a)-[r:$$type$$]->(b)
USING INDEX r:$$type$$(id)
WHERE r.id = id
RETURN id, type(r) AS type, a.id AS source, b.id AS target, elementId(r) AS element

// -- edge_present --
// Edges of which types does a dataset have?
$$branches$$

// -- edge_present_branch --
// Whether a dataset has edges of one type: a branch of edge_present.
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
WITH type(r) AS type LIMIT 1
RETURN type

// -- edge_checksums --
// The checksums of these edges of a dataset.
$$branches$$

// -- edge_checksums_branch --
// The checksums of the edges of one type: a branch of edge_checksums.
UNWIND $ids AS id
MATCH ()-[r:$$type$$]->()
USING INDEX r:$$type$$(id)
WHERE r.id = id AND r.dataset = $dataset
RETURN DISTINCT id, r._checksum AS checksum

// -- link_create --
// Creates the relationships that entity-typed properties are.
UNWIND $rows AS row
MATCH (a:Entity {id: row.source})
USING INDEX a:Entity(id)
MATCH (b:Entity {id: row.target})
USING INDEX b:Entity(id)
CREATE (a)-[:$$type$$ {dataset: row.dataset}]->(b)
RETURN count(*) AS made

// -- link_delete --
// Deletes all relationships that the properties of these records are.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r$$types$$]->(m)
USING INDEX n:Entity(id)
WITH r, m.id AS target
DELETE r
RETURN DISTINCT target

// -- mention_release --
// Deletes what these records mention, and the mentions of them.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:MENTIONS]-()
USING INDEX n:Entity(id)
DELETE r

// -- mention_release_text --
// Deletes what the documents of these pages mention on them.
MATCH ()-[r:MENTIONS]->()
USING INDEX r:MENTIONS(source)
WHERE r.source IN $ids
DELETE r

// -- link_drop --
// Deletes single relationships that properties were.
UNWIND $rows AS row
MATCH (n:Entity {id: row.source})-[r:$$type$$]->(m)
USING INDEX n:Entity(id)
WHERE m.id = row.target
DELETE r
