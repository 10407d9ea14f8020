MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND n._stub IS NULL AND n.dataset IN $datasets
RETURN properties(n) AS properties
