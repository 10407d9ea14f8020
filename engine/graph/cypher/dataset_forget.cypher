MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NOT NULL DETACH DELETE d
