UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE n._stub AND NOT EXISTS { (n)--() }
DELETE n
