// that another load begins tells a crawl that the dataset may be no more as its source told it
MERGE (d:Dataset {name: $name})
ON CREATE SET d.title = $title
ON MATCH SET d.title = CASE WHEN d.deleting IS NULL THEN coalesce($title, d.title) ELSE d.title END
SET d.loads = coalesce(d.loads, 0) + 1
RETURN d.deleting IS NOT NULL AS deleting
