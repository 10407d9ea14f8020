UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE n._stub IS NULL AND n.dataset IN $datasets
CALL (n) {
  MATCH (n)-[r:$$type$$]->() WHERE r.dataset IN $datasets
  WITH r.id AS edge, head(collect(r)) AS r ORDER BY edge LIMIT $first
  RETURN properties(r) AS properties
}
RETURN id, properties
