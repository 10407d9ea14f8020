// one that is being deleted is gone for every reader
MATCH (d:Dataset) WHERE d.deleting IS NULL RETURN d.name AS name, d.title AS title ORDER BY name
