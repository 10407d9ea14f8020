MATCH (d:Dataset) RETURN d.name AS name, d.title AS title ORDER BY name
