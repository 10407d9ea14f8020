// Suggested pairs: CANDIDATE relationships between two records, each of one crossing.
// They have no `dataset`, so that nothing that follows relationships follows them.

// -- visible_pair --
// Whether the reader may see a pair: the collection that it belongs to, and both of its records.
$$visible_judgement:it$$ AND $$visible_record:a$$ AND $$visible_record:b$$

// -- judged --
// Whether somebody has judged the two records `a` and `b`, as far as the reader may see it.
EXISTS { MATCH (a)-[j:SAME_AS|NOT_SAME_AS|MAYBE_SAME_AS]-(b) WHERE $$visible_judgement:j$$ }

// -- candidate_put --
// Writes pairs, over what was written of them before.
UNWIND $rows AS row
MATCH (a:Entity {id: row.left})
USING INDEX a:Entity(id)
MATCH (b:Entity {id: row.right})
USING INDEX b:Entity(id)
MERGE (a)-[r:CANDIDATE {id: row.id}]->(b)
SET r += row.properties

// -- candidate_drop --
// Deletes the pairs of records that were compared again, but for those that were found again.
// Only those with a record of the datasets that it was compared with.
UNWIND $rows AS row
MATCH (n:Entity {id: row.id})-[r:CANDIDATE]-(m)
USING INDEX n:Entity(id)
WHERE r.crossing = $crossing AND m.dataset IN row.datasets AND NOT r.id IN row.kept
DELETE r

// -- candidate_partners --
// With which records is each of these paired in a crossing?
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:CANDIDATE]-(m)
USING INDEX n:Entity(id)
WHERE r.crossing = $crossing
RETURN id, collect(m.id) AS partners

// -- candidate_sweep --
// Deletes pairs that no run of the crossing would find: a record is gone, or the way to score is
// another one by now.
MATCH (a)-[r:CANDIDATE]->(b)
WHERE r.crossing = $crossing AND r.left_dataset IN $among AND r.right_dataset IN $among
  AND (a._stub IS NOT NULL OR b._stub IS NOT NULL OR r.algorithm <> $algorithm)
DELETE r
RETURN DISTINCT a.id AS left, b.id AS right

// -- candidate_exclude --
// Deletes pairs of records that an investigation no longer includes.
MATCH (a)-[r:CANDIDATE]->(b)
WHERE r.crossing = $crossing AND r.left_dataset <> $source AND r.right_dataset <> $source
  AND NOT EXISTS { (:Inclusion {id: $source + ' ' + a.id}) }
  AND NOT EXISTS { (:Inclusion {id: $source + ' ' + b.id}) }
DELETE r

// -- candidate_forget --
// Deletes some of the pairs of a collection, or of a dataset's records.
CALL () {
  MATCH (a)-[r:CANDIDATE {collection: $name}]->(b) RETURN a, r, b LIMIT $limit
UNION
  MATCH (a)-[r:CANDIDATE {left_dataset: $name}]->(b) RETURN a, r, b LIMIT $limit
UNION
  MATCH (a)-[r:CANDIDATE {right_dataset: $name}]->(b) RETURN a, r, b LIMIT $limit
}
WITH r, [a.id, b.id] AS ends
DELETE r
WITH ends
UNWIND ends AS id
RETURN collect(DISTINCT id) AS ids

// -- candidate_page --
// The pairs of a crossing that the reader may see, the likeliest first, after a place.
MATCH (a)-[r:CANDIDATE]->(b)
USING INDEX r:CANDIDATE(crossing, score, id)
WHERE r.crossing = $crossing AND r.score >= $least AND r.score <= $most AND r.id IS NOT NULL
  AND ($score IS NULL OR r.score < $score OR r.score = $score AND r.id < $id)
  AND $$wanted:r$$
RETURN properties(r) AS pair, properties(a) AS left, properties(b) AS right, COLLECT {
  MATCH (a)-[j:SAME_AS|NOT_SAME_AS|MAYBE_SAME_AS]-(b) WHERE $$visible_judgement:j$$
  RETURN {type: type(j), left: startNode(j).id, right: endNode(j).id, properties: properties(j)}
} AS judgements
ORDER BY r.crossing DESC, r.score DESC, r.id DESC LIMIT $limit

// -- wanted --
// Whether a pair is one that the reader may see and has asked for.
$$visible_pair:it$$
  AND ($schemata IS NULL OR any(name IN $$it$$.schemata WHERE name IN $schemata))
  AND ($wanted_datasets IS NULL OR $$it$$.right_dataset IN $wanted_datasets)
  AND ($countries IS NULL OR any(code IN $$it$$.countries WHERE code IN $countries))
  AND ($judged IS NULL OR $judged = $$judged:it$$)

// -- candidate_named --
// The pairs with these ids that the reader may see.
UNWIND $ids AS id
MATCH (a)-[r:CANDIDATE {id: id}]->(b)
WHERE r.crossing = $crossing AND $$visible_pair:r$$
RETURN properties(r) AS pair, properties(a) AS left, properties(b) AS right, COLLECT {
  MATCH (a)-[j:SAME_AS|NOT_SAME_AS|MAYBE_SAME_AS]-(b) WHERE $$visible_judgement:j$$
  RETURN {type: type(j), left: startNode(j).id, right: endNode(j).id, properties: properties(j)}
} AS judgements

// -- candidate_all --
// All pairs of a crossing that the reader may see and has asked for, the likeliest first, in short.
MATCH (a)-[r:CANDIDATE]->(b)
USING INDEX r:CANDIDATE(crossing, score, id)
WHERE r.crossing = $crossing AND r.score >= $least AND r.score <= $most AND r.id IS NOT NULL
  AND $$wanted:r$$
RETURN r.id AS id, r.left AS left, r.right AS right, r.score AS score, r.algorithm AS algorithm
ORDER BY r.crossing DESC, r.score DESC, r.id DESC LIMIT $limit

// -- candidate_above --
// The pairs of a crossing whose score comes next above one, in short.
MATCH (a)-[r:CANDIDATE]->(b)
USING INDEX r:CANDIDATE(crossing, score, id)
WHERE r.crossing = $crossing AND r.score >= $from AND r.score <= $most AND r.id IS NOT NULL
  AND $$wanted:r$$
RETURN r.id AS id, r.left AS left, r.right AS right, r.score AS score
ORDER BY r.crossing, r.score, r.id LIMIT $limit

// -- candidate_below --
// The pairs of a crossing whose score comes next below one, in short.
MATCH (a)-[r:CANDIDATE]->(b)
USING INDEX r:CANDIDATE(crossing, score, id)
WHERE r.crossing = $crossing AND r.score >= $least AND r.score < $from AND r.score <= $most
  AND r.id IS NOT NULL
  AND $$wanted:r$$
RETURN r.id AS id, r.left AS left, r.right AS right, r.score AS score
ORDER BY r.crossing DESC, r.score DESC, r.id DESC LIMIT $limit

// -- candidate_joining --
// The pairs of a crossing with a record that is judged the same as another one, in short.
MATCH (a)-[j:SAME_AS]-(c)
WHERE $$visible_judgement:j$$ AND $$visible_record:a$$ AND $$visible_record:c$$
WITH DISTINCT a
MATCH (a)-[r:CANDIDATE]-(b)
WHERE r.crossing = $crossing AND r.score >= $least AND r.score <= $most AND $$wanted:r$$
RETURN DISTINCT r.id AS id, r.left AS left, r.right AS right, r.score AS score
ORDER BY score DESC, id LIMIT $limit

// -- candidate_count --
// How many pairs of a crossing does the reader see?
MATCH (a)-[r:CANDIDATE]->(b)
USING INDEX r:CANDIDATE(crossing, score, id)
WHERE r.crossing = $crossing AND r.score >= $least AND r.score <= $most AND r.id IS NOT NULL
  AND $$wanted:r$$
RETURN count(*) AS count

// -- candidate_bands --
// How many pairs of a crossing are there in each tenth of the score?
MATCH (a)-[r:CANDIDATE]->(b)
USING INDEX r:CANDIDATE(crossing, score, id)
WHERE r.crossing = $crossing AND r.score >= 0.0 AND r.id IS NOT NULL AND $$visible_pair:r$$
RETURN CASE WHEN r.score >= 1 THEN 9 ELSE toInteger(floor(r.score * 10)) END AS band,
       count(*) AS pairs
ORDER BY band DESC

// -- candidate_verdicts --
// What was said of the pairs of a crossing, in each tenth of the score?
MATCH (a)-[j:SAME_AS|NOT_SAME_AS|MAYBE_SAME_AS]-(b) WHERE $$visible_judgement:j$$
MATCH (a)-[r:CANDIDATE]->(b) WHERE r.crossing = $crossing AND $$visible_pair:r$$
WITH r, collect(DISTINCT type(j)) AS told
WITH r.score AS score, told, 'SAME_AS' IN told AS positive, 'NOT_SAME_AS' IN told AS negative
RETURN CASE WHEN score >= 1 THEN 9 ELSE toInteger(floor(score * 10)) END AS band,
       count(*) AS judged,
       count(CASE WHEN positive THEN 1 END) AS positive,
       count(CASE WHEN negative THEN 1 END) AS negative,
       count(CASE WHEN 'MAYBE_SAME_AS' IN told THEN 1 END) AS unsure,
       count(CASE WHEN positive AND negative THEN 1 END) AS disputed,
       count(CASE WHEN positive AND score >= 0.5 THEN 1 END)
         + count(CASE WHEN negative AND score < 0.5 THEN 1 END) AS agreeing

// -- candidate_records --
// How many records of the source have at least one candidate?
MATCH (a)-[r:CANDIDATE]->(b)
USING INDEX r:CANDIDATE(crossing, score, id)
WHERE r.crossing = $crossing AND r.score >= 0.0 AND r.id IS NOT NULL AND $$visible_pair:r$$
RETURN count(DISTINCT a) AS count
