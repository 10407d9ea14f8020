MATCH (a)-[r:$$type$$]->(b)
USING INDEX r:$$type$$(id)
WHERE r.id > $after AND r.id < $end
  AND a._stub IS NULL AND a.dataset IN $datasets
  AND b._stub IS NULL AND b.dataset IN $datasets
RETURN r.id AS id, a.id AS source, b.id AS target, properties(r) AS properties ORDER BY id LIMIT $limit
