// an index below this revision may have missed a deletion whose tombstone is gone
MATCH (c:Clew {id: 1})
SET c.purged_revision = CASE WHEN coalesce(c.purged_revision, 0) < $revision THEN $revision ELSE c.purged_revision END
