// takes the lock that puts write transactions in order, then looks at what the write depends on
MATCH (c:Clew {id: 1}) SET c.revision = c.revision + $by
RETURN c.revision AS revision,
       EXISTS { (:Tombstone) } AS tombstones,
       COLLECT { MATCH (d:Dataset) WHERE d.name IN $names AND d.deleting IS NULL RETURN d.name } AS live,
       COLLECT { MATCH (d:Dataset) WHERE d.name IN $names AND d.deleting IS NOT NULL RETURN d.name } AS deleting
