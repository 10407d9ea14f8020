UNWIND $ids AS id
MATCH (n:$$label$$ {id: id})
USING INDEX n:$$label$$(id)
WHERE n._stub IS NULL AND (n:Literal OR n.dataset IN $datasets)
MATCH (n)-[r]-(m)
WHERE r.dataset IN $datasets AND m._stub IS NULL AND (m:Literal OR m.dataset IN $datasets)
RETURN id, type(r) AS type, startNode(r) = n AS out, count(*) AS count
ORDER BY type, out DESC
