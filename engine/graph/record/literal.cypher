// Values that records share, and the tombstones that tell what is gone: what the index learns from.

// -- clew_literal --
// Notes up to which revision the shared values have been worked out.
MATCH (c:Clew {id: 1}) SET c.literal_revision = $revision

// -- literal_set --
// Links each shared value with exactly these records.
UNWIND $rows AS row
MERGE (l:Literal {id: row.id})
SET l.type = row.type, l.value = row.value
WITH l, row
CALL (l, row) {
  MATCH (l)<-[r]-(n) WHERE NOT n.id IN row.records
  DELETE r
}
WITH l, row
UNWIND row.records AS record
MATCH (n:Entity {id: record})
USING INDEX n:Entity(id)
WHERE n._stub IS NULL
MERGE (n)-[r:$$type$$]->(l)
ON CREATE SET r.dataset = n.dataset

// -- literal_delete --
// Deletes shared values.
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
DETACH DELETE l

// -- literal_detach --
// Takes these records off the values that they share, and answers which values those were.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r$$types$$]->(l)
USING INDEX n:Entity(id)
WITH r, l.id AS literal
DELETE r
RETURN DISTINCT literal

// -- literal_sweep --
// Deletes those of these values that fewer than two records hold.
UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
WHERE COUNT { (l)--() } < 2
DETACH DELETE l

// -- tombstone_set --
// Notes records that are gone, each with the values that it held.
UNWIND $rows AS row
MERGE (t:Tombstone {id: row.id})
SET t.dataset = row.dataset, t.keys = row.keys, t.gone = true, t._revision = $revision

// -- tombstone_release --
// Notes values that a record holds no longer, though the record is still there.
UNWIND $rows AS row
MERGE (t:Tombstone {id: row.id})
SET t.keys = [key IN coalesce(t.keys, []) WHERE NOT key IN row.keys] + row.keys,
    t.dataset = row.dataset, t.gone = false, t._revision = $revision

// -- tombstone_delete --
// Deletes the tombstones of records that are back, and answers which values had gone with them.
UNWIND $ids AS id
MATCH (t:Tombstone {id: id})
USING INDEX t:Tombstone(id)
WITH t, t.id AS id, t.dataset AS dataset, t.keys AS keys
DELETE t
RETURN id, dataset, keys
