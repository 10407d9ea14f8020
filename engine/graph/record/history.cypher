// What became of records, and when.

// -- moment_before --
// The last revision that was begun before a second.
OPTIONAL MATCH (m:Moment) WHERE m.at < $at
RETURN max(m.revision) AS revision

// -- moment_of --
// When was each of these revisions written? A moment has the last revision of its second.
UNWIND $revisions AS revision
CALL (revision) {
  MATCH (m:Moment)
  USING INDEX m:Moment(revision)
  WHERE m.revision >= revision
  RETURN m ORDER BY m.revision LIMIT 1
}
RETURN revision, m.at AS at

// -- mark_node --
// What is noted of the past of records that are nodes.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND $$visible_record:n$$
RETURN n.id AS id, n._revision AS revision, coalesce(n._added, n._revision) AS added,
       coalesce(n._changed, '') AS notes

// -- mark_edge --
// What is noted of the past of edges.
MATCH ()-[r$$types$$]->()
WHERE r.id IN $ids AND $$visible:r$$
WITH r.id AS id, head(collect(r)) AS r
RETURN id, r._revision AS revision, coalesce(r._added, r._revision) AS added,
       coalesce(r._changed, '') AS notes

// -- gone_since --
// Which records were removed since a revision, after a place in their order?
MATCH (t:Tombstone)
USING INDEX t:Tombstone(_revision)
WHERE t._revision > $since AND t._revision >= $at AND $$visible:t$$ AND t.gone
  AND (t._revision > $at OR t.id > $id)
RETURN t._revision AS revision, t.id AS id ORDER BY revision, id LIMIT $first

// -- gone_count --
// How many records were removed since a revision?
MATCH (t:Tombstone)
USING INDEX t:Tombstone(_revision)
WHERE t._revision > $since AND $$visible:t$$ AND t.gone
RETURN count(*) AS count
