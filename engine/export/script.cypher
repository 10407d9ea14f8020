// What an export to Cypher consists of: its beginning, and one query for each kind of row.
// $$rows$$ is a list of maps, $$labels$$ labels or a relationship type. A query is one line long.

// -- head --
// Begins the script: what it is, and the constraints that MERGE needs to be fast.
// A graph of FollowTheMoney entities, written by Clew. Run it with: cypher-shell -f FILE
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT literal_id IF NOT EXISTS FOR (n:Literal) REQUIRE n.id IS UNIQUE;

// -- entity --
// Creates or replaces records.
UNWIND $$rows$$ AS row MERGE (n:Entity {id: row.id}) SET n = row, n$$labels$$;

// -- literal --
// Creates shared values: phone numbers, addresses and the like.
UNWIND $$rows$$ AS row MERGE (n:Literal {id: row.id}) SET n = row;

// -- edge --
// Creates relationships that are records with an id, such as OWNERSHIP.
UNWIND $$rows$$ AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) MERGE (a)-[r$$labels$$ {id: row.told.id}]->(b) SET r = row.told;

// -- link --
// Creates relationships from a property that names another record, such as PARENT.
UNWIND $$rows$$ AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) MERGE (a)-[r$$labels$$]->(b) SET r = row.told;

// -- shared --
// Creates relationships from a record to a shared value, such as PHONE.
UNWIND $$rows$$ AS row MATCH (a:Entity {id: row.source}) MATCH (b:Literal {id: row.target}) MERGE (a)-[r$$labels$$]->(b) SET r = row.told;
