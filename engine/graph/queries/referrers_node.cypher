UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
WHERE n._stub IS NULL AND n.dataset IN $datasets
CALL (n) {
  MATCH (n)<-[r:$$type$$]-(m) WHERE $schema IN labels(m) AND m.dataset IN $datasets AND m._stub IS NULL
  WITH DISTINCT m ORDER BY m.id LIMIT $first
  RETURN properties(m) AS properties
}
RETURN id, properties
