MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NULL SET d.last_updated = $at RETURN d.name AS name
