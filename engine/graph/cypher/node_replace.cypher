UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
REMOVE n$$old$$
SET n = row, n$$labels$$
