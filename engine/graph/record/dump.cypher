// The whole graph as rows, and a graph made of such rows: what a backup holds.

// -- dump_nodes --
// Every node of the database.
MATCH (n) RETURN elementId(n) AS key, labels(n) AS labels, properties(n) AS properties

// -- dump_relationships --
// Every relationship of the database.
MATCH (a)-[r]->(b)
RETURN elementId(a) AS source, elementId(b) AS target, type(r) AS type, properties(r) AS properties

// -- restore_empty --
// Does the database hold anything that a new one does not?
// Who owns the data folder is known from the first start, and so is that they signed in.
MATCH (n)
WHERE NOT n:Clew|Migration|Moment|AccessStamp|AuditEvent|SignInLink|LoginSession
  AND NOT (n:Account AND n.name = 'owner')
RETURN n LIMIT 1

// -- restore_clear --
// Deletes the few nodes of a new database: the dump has its own.
MATCH (n) DETACH DELETE n

// -- restore_index --
// Creates the index by which relationships find their ends while a dump is restored.
CREATE INDEX restored_key IF NOT EXISTS FOR (n:Restored) ON (n._key)

// -- restore_wait --
// Waits until every index can be used.
CALL db.awaitIndexes(600)

// -- restore_nodes --
// Creates nodes of a dump, each with the key that its relationships name it by.
UNWIND $rows AS row CREATE (n:Restored$$labels$$) SET n = row.properties, n._key = row.key
RETURN count(*) AS made

// -- restore_relationships --
// Creates relationships of a dump.
UNWIND $rows AS row
MATCH (a:Restored {_key: row.source})
USING INDEX a:Restored(_key)
MATCH (b:Restored {_key: row.target})
USING INDEX b:Restored(_key)
CREATE (a)-[r:$$type$$]->(b) SET r = row.properties
RETURN count(*) AS made

// -- restore_finish --
// Removes the label and the keys that only the restoring needed.
MATCH (n:Restored) CALL (n) { REMOVE n:Restored REMOVE n._key } IN TRANSACTIONS OF 10000 ROWS

// -- restore_done --
// Drops the index that only the restoring needed.
DROP INDEX restored_key IF EXISTS
