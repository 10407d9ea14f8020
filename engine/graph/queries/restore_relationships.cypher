UNWIND $rows AS row
MATCH (a:Restored {_key: row.source})
USING INDEX a:Restored(_key)
MATCH (b:Restored {_key: row.target})
USING INDEX b:Restored(_key)
CREATE (a)-[r:$$type$$]->(b) SET r = row.properties
RETURN count(*) AS made
