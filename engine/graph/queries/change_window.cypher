MATCH (n:Entity)
USING INDEX n:Entity(_revision)
WHERE n._revision > $since AND n._revision <= $upto
RETURN n._revision AS revision, n.id AS id, properties(n) AS properties, null AS keys
UNION ALL
MATCH (t:Tombstone)
USING INDEX t:Tombstone(_revision)
WHERE t._revision > $since AND t._revision <= $upto
RETURN t._revision AS revision, t.id AS id, null AS properties, t.keys AS keys
UNION ALL
$$branches$$
