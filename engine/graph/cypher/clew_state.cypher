MATCH (c:Clew {id: 1}) RETURN c.revision AS revision, c.literal_revision AS literal_revision
