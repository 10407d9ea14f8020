MATCH (a:$$label$$)
USING INDEX a:$$label$$(id)
WHERE a.id IN $ids
MATCH (a)-[r]-(b)
WHERE r.dataset IN $datasets AND b._stub IS NULL AND (b:Literal OR b.dataset IN $datasets)
RETURN DISTINCT b.id AS id LIMIT $limit
