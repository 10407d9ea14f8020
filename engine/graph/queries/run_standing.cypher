// the last run that proved a dataset up to date, if no load into it has begun since
MATCH (d:Dataset {name: $dataset})
MATCH (r:Run {dataset: d.name})
WHERE r.outcome IN $outcomes
WITH d, r ORDER BY r.started DESC, r.id LIMIT 1
WHERE coalesce(r.loads, 0) = coalesce(d.loads, 0)
RETURN properties(r) AS properties
