// Judgements: what holds, as relationships, and all that was judged, as nodes.

// -- judgement_begin --
// Counts judgements, so that those of one pair have an order whatever the clock says.
// The counter is on the node that every write locks first: so it takes the turn of a write too.
MATCH (c:Clew {id: 1}) SET c.judgements = coalesce(c.judgements, 0) + $by
RETURN c.judgements AS last,
       EXISTS { MATCH (d:Dataset {name: $collection}) WHERE d.deleting IS NULL } AS live

// -- judgement_records --
// Which of these records may the reader see?
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND $$visible_record:n$$
RETURN n.id AS id, n.schema AS schema, n.caption AS caption

// -- judgement_current --
// What holds of these pairs, each in its collection?
MATCH ()-[r$$types$$]->()
WHERE r.pair IN $pairs
RETURN type(r) AS type, startNode(r).id AS left, endNode(r).id AS right, properties(r) AS properties

// -- judgement_negative --
// Which of these records do negative judgements that the reader may see part from others?
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids
MATCH (n)-[r:NOT_SAME_AS]-(m:Entity)
WHERE $$visible_judgement:r$$ AND $$visible_record:n$$ AND $$visible_record:m$$
RETURN type(r) AS type, startNode(r).id AS left, endNode(r).id AS right,
       properties(r) AS properties

// -- judgement_note --
// Writes down what was judged.
UNWIND $rows AS row
CREATE (j:Judgement) SET j = row

// -- judgement_drop --
// Removes what holds of these pairs, and answers the records that it was about.
MATCH (a)-[r$$types$$]->(b)
WHERE r.pair IN $pairs
WITH r, a.id AS left, b.id AS right
DELETE r
RETURN left, right

// -- judgement_put --
// Lets these judgements hold.
UNWIND $rows AS row
MATCH (a:Entity {id: row.left})
USING INDEX a:Entity(id)
MATCH (b:Entity {id: row.right})
USING INDEX b:Entity(id)
CREATE (a)-[r:$$type$$]->(b) SET r = row.properties
RETURN count(*) AS made

// -- judgement_stack --
// All that was judged of these pairs and is not undone, the last first.
MATCH (j:Judgement) WHERE j.pair IN $pairs AND j.undone_at IS NULL
RETURN properties(j) AS properties ORDER BY j.pair, j._order DESC

// -- judgement_named --
// What was judged under these ids?
MATCH (j:Judgement) WHERE j.id IN $ids RETURN properties(j) AS properties

// -- judgement_seen --
// What was judged under these ids, where the reader may see it?
MATCH (j:Judgement) WHERE j.id IN $ids AND $$visible_judgement:j$$
MATCH (a:Entity {id: j.left}) WHERE $$visible_record:a$$
MATCH (b:Entity {id: j.right}) WHERE $$visible_record:b$$
RETURN properties(j) AS properties

// -- judgement_together --
// What was judged in one operation and is not undone?
MATCH (j:Judgement {operation: $operation}) WHERE j.collection = $collection AND j.undone_at IS NULL
RETURN properties(j) AS properties ORDER BY j._order

// -- judgement_undo --
// Marks what was judged as undone.
MATCH (j:Judgement) WHERE j.id IN $ids
SET j.undone_by = $by, j.undone_at = $at

// -- judgement_history --
// All that was ever judged of a pair, the last first, where the reader may see it.
MATCH (j:Judgement) WHERE j.pair IN $pairs AND $$visible_judgement:j$$
RETURN properties(j) AS properties ORDER BY j._order DESC

// -- judgement_list --
// The judgements that hold and that the reader may see, newest first, from a place in that order.
MATCH (a:Entity)-[r$$types$$]->(b:Entity)
WHERE r.collection IN $collections AND ($by IS NULL OR r.by = $by)
  AND $$visible_record:a$$ AND $$visible_record:b$$
  AND ($at IS NULL OR r.at < $at OR r.at = $at AND r.id > $id)
WITH a, r, b ORDER BY r.at DESC, r.id LIMIT $limit
RETURN type(r) AS type, a.id AS left, b.id AS right, properties(r) AS properties

// -- judgement_count --
// How many judgements hold that the reader may see?
MATCH (a:Entity)-[r$$types$$]->(b:Entity)
WHERE r.collection IN $collections AND ($by IS NULL OR r.by = $by)
  AND $$visible_record:a$$ AND $$visible_record:b$$
RETURN count(*) AS count

// -- judgement_list_at --
// The judgements of some records that hold and that the reader may see, in the order of the list.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND $$visible_record:n$$
MATCH (n)-[r$$types$$]-(m:Entity)
WHERE r.collection IN $collections AND ($by IS NULL OR r.by = $by) AND $$visible_record:m$$
WITH DISTINCT r ORDER BY r.at DESC, r.id
RETURN type(r) AS type, startNode(r).id AS left, endNode(r).id AS right,
       properties(r) AS properties

// -- judgement_first --
// Notes that a collection has positive judgements: those who may read it look for them from now on.
MATCH (d:Dataset {name: $collection}) WHERE d.judged IS NULL
SET d.judged = true
WITH d
$$access_change:it$$

// -- judgement_clear --
// Removes some of the judgements that hold in a collection, and answers what they were about.
MATCH (a)-[r$$types$$]->(b)
WHERE r.collection = $collection
WITH a, r, b LIMIT $limit
WITH r, a.id AS left, b.id AS right
DELETE r
RETURN left, right

// -- judgement_forget --
// Removes some of what was ever judged in a collection.
MATCH (j:Judgement {collection: $collection})
WITH j LIMIT $limit
DELETE j
RETURN count(*) AS count
