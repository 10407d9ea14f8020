MATCH (n) RETURN elementId(n) AS key, labels(n) AS labels, properties(n) AS properties
