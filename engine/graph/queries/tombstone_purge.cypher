MATCH (t:Tombstone)
USING INDEX t:Tombstone(id)
WHERE t.id > $after AND t.id < $end AND t._revision <= $upto
WITH t LIMIT $limit
DELETE t
RETURN count(*) AS count
