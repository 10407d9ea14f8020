UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE NOT EXISTS { (n)--() }
RETURN id, elementId(n) AS element
