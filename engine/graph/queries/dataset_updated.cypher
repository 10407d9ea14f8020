MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NULL
SET d.last_updated = $at
RETURN coalesce(d.loads, 0) AS loads
