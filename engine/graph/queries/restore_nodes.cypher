UNWIND $rows AS row CREATE (n:Restored$$labels$$) SET n = row.properties, n._key = row.key
RETURN count(*) AS made
