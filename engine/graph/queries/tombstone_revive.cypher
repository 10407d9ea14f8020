UNWIND $ids AS id
MATCH (t:Tombstone {id: id})
USING INDEX t:Tombstone(id)
WITH t, t.id AS id, t.dataset AS dataset, t.keys AS keys
DELETE t
RETURN id, dataset, keys
