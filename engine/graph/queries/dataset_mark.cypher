MATCH (d:Dataset {name: $name}) SET d.deleting = coalesce(d.deleting, datetime()) RETURN d.name AS name
