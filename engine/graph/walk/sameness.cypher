// Which records tell of the same thing, as positive judgements say.

// -- same_as --
// What do positive judgements that the reader may see say of these records?
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids
MATCH (n)-[r:SAME_AS]-(m:Entity)
WHERE $$visible_judgement:r$$ AND $$visible_record:n$$ AND $$visible_record:m$$
RETURN type(r) AS type, startNode(r).id AS left, endNode(r).id AS right,
       properties(r) AS properties

// -- judged_any --
// Does any of the collections that the reader may read have positive judgements?
MATCH (d:Dataset) WHERE $$visible_dataset:d$$ AND d.judged
RETURN d.name AS name LIMIT 1
