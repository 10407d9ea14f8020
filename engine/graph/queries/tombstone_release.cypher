// a record that still is there let go of values that others may share
UNWIND $rows AS row
MERGE (t:Tombstone {id: row.id})
SET t.keys = [key IN coalesce(t.keys, []) WHERE NOT key IN row.keys] + row.keys,
    t.dataset = row.dataset, t.gone = false, t._revision = $revision
