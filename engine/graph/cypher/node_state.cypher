UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN id, n.schema AS schema
