// Mentions: MENTIONS relationships from a document to a record that it names, one for each page.
// They have no `dataset`, so that nothing follows them that does not ask for them by their type.

// -- visible_mention --
// Whether the reader may see a mention: the document `d` and the record `e` that it names.
$$visible_record:d$$ AND $$visible_record:e$$

// -- wanted_mention --
// Whether a mention is asked for.
$$visible_mention:it$$ AND $$it$$.score >= $least
  AND ($schemata IS NULL OR any(label IN labels(e) WHERE label IN $schemata))

// -- after_mention --
// Whether a mention comes after a place in the order of mentions.
($score IS NULL OR $$it$$.score < $score OR $$it$$.score = $score AND $$it$$.id > $mention)

// -- mention_revision --
// Up to which revision have names been looked for in texts?
MATCH (c:Clew {id: 1}) RETURN coalesce(c.mention_revision, 0) AS revision

// -- mention_done --
// Notes up to which revision names have been looked for in texts.
MATCH (c:Clew {id: 1}) SET c.mention_revision = $revision

// -- mention_drop_text --
// Deletes what these texts mention.
MATCH ()-[r:MENTIONS]->()
USING INDEX r:MENTIONS(source)
WHERE r.source IN $ids
DELETE r

// -- mention_drop_record --
// Deletes the mentions of these records.
UNWIND $ids AS id
MATCH (n:Entity {id: id})<-[r:MENTIONS]-()
USING INDEX n:Entity(id)
DELETE r

// -- mention_put --
// Writes mentions.
UNWIND $rows AS row
MATCH (d:Entity {id: row.document})
USING INDEX d:Entity(id)
WHERE d._stub IS NULL
MATCH (e:Entity {id: row.entity})
USING INDEX e:Entity(id)
WHERE e._stub IS NULL
CREATE (d)-[r:MENTIONS]->(e) SET r = row.properties
RETURN count(*) AS made

// -- mention_sources --
// Which of these ids are records that are there?
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id IN $ids AND n._stub IS NULL
RETURN n.id AS id

// -- mention_of_document --
// Whom does a document name? The likeliest first, after a place.
MATCH (d:Entity {id: $id})-[r:MENTIONS]->(e:Entity)
USING INDEX d:Entity(id)
WHERE $$wanted_mention:r$$ AND $$after_mention:r$$
RETURN properties(r) AS mention, d.id AS document, e.id AS entity
ORDER BY r.score DESC, r.id LIMIT $limit

// -- mention_of_document_count --
// How many mentions do the pages of `mention_of_document` hold in all?
MATCH (d:Entity {id: $id})-[r:MENTIONS]->(e:Entity)
USING INDEX d:Entity(id)
WHERE $$wanted_mention:r$$
RETURN count(*) AS count

// -- mention_of_page --
// Whom does one page name? The likeliest first, after a place.
MATCH (d:Entity)-[r:MENTIONS]->(e:Entity)
USING INDEX r:MENTIONS(source)
WHERE r.source = $id AND $$wanted_mention:r$$ AND $$after_mention:r$$
RETURN properties(r) AS mention, d.id AS document, e.id AS entity
ORDER BY r.score DESC, r.id LIMIT $limit

// -- mention_of_page_count --
// How many mentions do the pages of `mention_of_page` hold in all?
MATCH (d:Entity)-[r:MENTIONS]->(e:Entity)
USING INDEX r:MENTIONS(source)
WHERE r.source = $id AND $$wanted_mention:r$$
RETURN count(*) AS count

// -- mention_of_record --
// Which documents name a record? The likeliest first, after a place.
MATCH (e:Entity {id: $id})<-[r:MENTIONS]-(d:Entity)
USING INDEX e:Entity(id)
WHERE $$wanted_mention:r$$ AND $$after_mention:r$$
RETURN properties(r) AS mention, d.id AS document, e.id AS entity
ORDER BY r.score DESC, r.id LIMIT $limit

// -- mention_of_record_count --
// How many mentions do the pages of `mention_of_record` hold in all?
MATCH (e:Entity {id: $id})<-[r:MENTIONS]-(d:Entity)
USING INDEX e:Entity(id)
WHERE $$wanted_mention:r$$
RETURN count(*) AS count

// -- mention_datasets --
// How many mentions does each dataset have, by the dataset of the record that is named?
MATCH (d:Entity)-[r:MENTIONS]->(e:Entity)
WHERE $$visible_mention:r$$
RETURN d.dataset AS dataset, e.dataset AS named, count(r) AS count, count(DISTINCT e) AS records
ORDER BY dataset, named
