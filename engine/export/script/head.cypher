// A graph of FollowTheMoney entities, written by Clew. Run it with: cypher-shell -f FILE
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT literal_id IF NOT EXISTS FOR (n:Literal) REQUIRE n.id IS UNIQUE;
