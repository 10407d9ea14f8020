UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
USING INDEX n:Entity(id)
REMOVE n$$old$$
SET n = row, n$$labels$$
