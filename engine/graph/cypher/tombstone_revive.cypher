UNWIND $ids AS id
MATCH (t:Tombstone {id: id})
WITH t, t.id AS id, t.dataset AS dataset, t.keys AS keys
DELETE t
RETURN id, dataset, keys
