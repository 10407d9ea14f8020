// takes the lock that puts write transactions in order
MATCH (c:Clew {id: 1}) SET c.revision = c.revision + $by RETURN c.revision AS revision
