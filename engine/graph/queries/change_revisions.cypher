// the next revisions of every kind, read from the indexes alone
CALL () {
  MATCH (n:Entity)
  USING INDEX n:Entity(_revision)
  WHERE n._revision > $since
  WITH n._revision AS revision ORDER BY revision LIMIT $limit
  RETURN revision
UNION ALL
  MATCH (t:Tombstone)
  USING INDEX t:Tombstone(_revision)
  WHERE t._revision > $since
  WITH t._revision AS revision ORDER BY revision LIMIT $limit
  RETURN revision
UNION ALL
$$branches$$
}
WITH revision ORDER BY revision LIMIT $limit
RETURN max(revision) AS upto
