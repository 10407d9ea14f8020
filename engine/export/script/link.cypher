UNWIND $$rows$$ AS row MATCH (a:Entity {id: row.source}) MATCH (b:Entity {id: row.target}) MERGE (a)-[r$$labels$$]->(b) SET r = row.told;
