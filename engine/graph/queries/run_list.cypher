UNWIND $datasets AS dataset
CALL (dataset) {
  MATCH (r:Run {dataset: dataset})
  WHERE $started IS NULL OR r.started < $started OR r.started = $started AND r.id > $id
  RETURN properties(r) AS properties ORDER BY r.started DESC, r.id LIMIT $first
}
RETURN properties
