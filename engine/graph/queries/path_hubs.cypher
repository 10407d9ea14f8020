MATCH (n:Entity|Literal)
WHERE COUNT { (n)--() } > $degree AND COUNT { MATCH (n)-[q]-() WHERE q.dataset IN $datasets } > $degree
RETURN n.id AS id
