MATCH (t:Tombstone)
USING INDEX t:Tombstone(id)
WHERE t.id > $after AND t.id < $end AND t._revision <= $upto
RETURN coalesce(max(t._revision), 0) AS revision
