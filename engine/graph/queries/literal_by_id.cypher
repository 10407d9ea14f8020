UNWIND $ids AS id
MATCH (l:Literal {id: id})<-[r]-()
USING INDEX l:Literal(id)
WHERE r.dataset IN $datasets
WITH l, min(r.dataset) AS dataset
RETURN properties(l) AS properties, dataset
