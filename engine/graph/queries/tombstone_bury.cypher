UNWIND $rows AS row
MERGE (t:Tombstone {id: row.id})
SET t.dataset = row.dataset, t.keys = row.keys, t.gone = true, t._revision = $revision
