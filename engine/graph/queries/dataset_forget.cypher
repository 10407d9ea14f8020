// with the history of its crawls: one that comes back must be fetched, not be taken for unchanged
MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NOT NULL
CALL (d) {
  MATCH (r:Run {dataset: d.name})
  DETACH DELETE r
}
DETACH DELETE d
