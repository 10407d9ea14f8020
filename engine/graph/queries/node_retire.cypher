UNWIND $ids AS id
MATCH (n:Entity {id: id})
USING INDEX n:Entity(id)
REMOVE n$$old$$
SET n = {id: id, dataset: n.dataset, _stub: true}
