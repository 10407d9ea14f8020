UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
USING INDEX n:Entity(id)
SET n = row, n$$labels$$
