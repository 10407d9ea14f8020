// one pattern over all types: Neo4j seeks in each type's index, and plans it in a quarter of a union's time
MATCH ()-[r$$types$$]->()
WHERE r.id IN $ids AND r.dataset IN $datasets
WITH r.id AS id, head(collect(r)) AS r
RETURN properties(r) AS properties
