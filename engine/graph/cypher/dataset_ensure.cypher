MERGE (d:Dataset {name: $name})
ON CREATE SET d.title = $title
ON MATCH SET d.title = coalesce($title, d.title)
