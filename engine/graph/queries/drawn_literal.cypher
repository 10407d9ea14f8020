MATCH (l:Literal)
USING INDEX l:Literal(id)
WHERE l.id > $after AND l.id < $end
WITH l ORDER BY l.id LIMIT $limit
RETURN l.id AS id, properties(l) AS properties, COLLECT {
  MATCH (l)<-[r]-(n:Entity)
  WHERE r.dataset IN $datasets AND n._stub IS NULL AND n.dataset IN $datasets
  RETURN [n.id, type(r), r.dataset]
} AS holders ORDER BY id
