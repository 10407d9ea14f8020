MATCH (n:$$label$$)
WHERE n.id IN $ids AND n._stub IS NULL
  AND (n.dataset IN $datasets OR n:Literal AND EXISTS { (n)-[r]-() WHERE r.dataset IN $datasets })
RETURN properties(n) AS properties, head(COLLECT { MATCH (n)-[r]-() WHERE r.dataset IN $datasets RETURN r.dataset ORDER BY r.dataset LIMIT 1 }) AS dataset
