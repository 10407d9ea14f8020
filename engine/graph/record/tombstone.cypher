// What is gone from the graph, so that an index which follows it learns of that.

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
