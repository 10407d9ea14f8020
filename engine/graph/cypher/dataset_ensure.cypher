MERGE (d:Dataset {name: $name})
ON CREATE SET d.title = $title
ON MATCH SET d.title = CASE WHEN d.deleting IS NULL THEN coalesce($title, d.title) ELSE d.title END
RETURN d.deleting IS NOT NULL AS deleting
