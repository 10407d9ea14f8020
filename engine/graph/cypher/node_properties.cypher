MATCH (n:Entity) WHERE n.id IN $ids AND n._stub IS NULL RETURN properties(n) AS properties
