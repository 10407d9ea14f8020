MATCH (c:Clew {id: 1}) SET c.literal_revision = $revision
