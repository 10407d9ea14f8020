MATCH (d:Dataset) RETURN properties(d) AS properties ORDER BY d.name
