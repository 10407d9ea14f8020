// The history of crawls.

// -- run_save --
// Writes a crawl down, over what was written of it before.
MERGE (r:Run {id: $id}) SET r = $properties

// -- run_list --
// The latest crawls of each dataset, newest first, from a place in that order.
UNWIND $names AS name
CALL (name) {
  MATCH (r:Run {dataset: name})
  WHERE $started IS NULL OR r.started < $started OR r.started = $started AND r.id > $id
  RETURN properties(r) AS properties ORDER BY r.started DESC, r.id LIMIT $first
}
RETURN properties

// -- run_count --
// How many crawls has each dataset had?
UNWIND $names AS name
RETURN name, COUNT { (:Run {dataset: name}) } AS count

// -- run_success --
// The last crawl that proved a dataset up to date, if no load into it has begun since.
MATCH (d:Dataset {name: $dataset})
MATCH (r:Run {dataset: d.name})
WHERE r.outcome IN $outcomes
WITH d, r ORDER BY r.started DESC, r.id LIMIT 1
WHERE coalesce(r.loads, 0) = coalesce(d.loads, 0)
RETURN properties(r) AS properties
