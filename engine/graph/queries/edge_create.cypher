UNWIND $rows AS row
MATCH (a:Entity {id: row.source})
USING INDEX a:Entity(id)
MATCH (b:Entity {id: row.target})
USING INDEX b:Entity(id)
CREATE (a)-[r:$$type$$]->(b) SET r = row.properties
RETURN count(*) AS made
