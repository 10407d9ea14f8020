UNWIND $ids AS id
MATCH (l:Literal {id: id})<-[r]-() WHERE r.dataset IN $datasets
WITH l, min(r.dataset) AS dataset
RETURN properties(l) AS properties, dataset
