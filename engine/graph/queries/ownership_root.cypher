MATCH (n:Entity {id: $id})
WHERE n._stub IS NULL AND n.dataset IN $datasets
RETURN properties(n) AS node
