UNWIND $ids AS id
MATCH (n:Entity {id: id})
REMOVE n$$old$$
SET n = {id: id, dataset: n.dataset, _stub: true}
