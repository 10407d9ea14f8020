UNWIND $rows AS row
CREATE (n:Entity$$labels$$) SET n = row
