MATCH (c:Clew {id: 1})
RETURN c.revision AS revision, c.literal_revision AS literal_revision, coalesce(c.purged_revision, 0) AS purged_revision
