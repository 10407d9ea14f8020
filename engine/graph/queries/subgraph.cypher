MATCH (a:Entity)
USING INDEX a:Entity(id)
WHERE a.id IN $ids AND a._stub IS NULL AND a.dataset IN $datasets
MATCH (a)-[r]->(b)
WHERE b.id IN $ids AND r.dataset IN $datasets
  AND b._stub IS NULL AND (b:Literal OR b.dataset IN $datasets)
RETURN type(r) AS type, a.id AS source, b.id AS target, properties(r) AS properties
LIMIT $limit
