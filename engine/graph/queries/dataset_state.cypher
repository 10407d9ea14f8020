MATCH (d:Dataset) WHERE d.name IN $names RETURN d.name AS name, properties(d) AS properties
