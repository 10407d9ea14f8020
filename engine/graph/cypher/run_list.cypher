MATCH (r:Run {dataset: $dataset})
WHERE r.outcome IN $outcomes
RETURN properties(r) AS properties ORDER BY r.started DESC, r.id LIMIT $first
