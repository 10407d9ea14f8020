UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE n._stub IS NULL AND n.dataset = $dataset
RETURN id, n._checksum AS checksum
