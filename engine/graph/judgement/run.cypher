// The runs of cross-referencing, and the records that one has to compare.

// -- xref_run_save --
// Writes a run down, over what was written of it before; a wish to stop it stays.
MERGE (r:XrefRun {id: $id})
WITH r, r.stop AS stop
SET r = $properties, r.stop = stop

// -- xref_run_step --
// Notes how far a run is, and answers whether somebody wants it to stop.
MATCH (r:XrefRun {id: $id})
SET r += $properties
RETURN coalesce(r.stop, false) AS stop

// -- xref_run_stop --
// Asks for the end of a run; one that waits has ended.
MATCH (r:XrefRun {id: $id})
SET r.stop = true, r.state = CASE r.state WHEN 'queued' THEN 'stopped' ELSE r.state END

// -- xref_run_queue --
// Lets a run begin, or go on, when its turn comes.
MATCH (r:XrefRun {id: $id})
SET r.state = 'queued', r.background = true
REMOVE r.stop, r.message, r.ended

// -- xref_run_unstop --
// Takes back a wish to stop a run.
MATCH (r:XrefRun {id: $id}) REMOVE r.stop, r.message, r.ended

// -- xref_run_fail --
// Notes why a run cannot be done.
MATCH (r:XrefRun {id: $id}) SET r.state = 'failed', r.message = $message, r.ended = datetime()

// -- xref_run_by_id --
// A run.
MATCH (r:XrefRun {id: $id}) RETURN properties(r) AS properties

// -- xref_run_list --
// The runs that the reader may know of, the newest first, after a place.
MATCH (r:XrefRun)
WHERE $$visible_run:r$$
  AND ($collection IS NULL OR r.collection = $collection)
  AND ($queued IS NULL OR r.queued < $queued OR r.queued = $queued AND r.id > $id)
RETURN properties(r) AS properties ORDER BY r.queued DESC, r.id LIMIT $limit

// -- xref_run_waiting --
// The runs that `clew up` has to do, the oldest first: those that wait, and those of a process that
// may have been killed.
MATCH (r:XrefRun)
WHERE r.state IN ['queued', 'running'] AND r.background
RETURN properties(r) AS properties ORDER BY r.queued, r.id

// -- xref_run_of_crossing --
// The runs of a crossing, the newest first.
MATCH (r:XrefRun {crossing: $crossing})
RETURN properties(r) AS properties ORDER BY r.queued DESC, r.id

// -- xref_run_forget --
// Deletes the runs of a dataset's records, and those whose pairs it holds.
MATCH (r:XrefRun) WHERE r.collection = $name OR r.source = $name DELETE r

// -- crossing_count --
// How many records of a dataset are there to compare?
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL AND n.schema IN $schemata
RETURN count(*) AS count

// -- crossing_page --
// Records of a dataset to compare, in order of their ids, each with its revision.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end AND n._stub IS NULL AND n.schema IN $schemata
RETURN n.id AS id, n._revision AS revision ORDER BY n.id LIMIT $limit

// -- crossing_changed --
// Records of some datasets that are newer than a revision, in order of their ids.
MATCH (n:Entity)
USING INDEX n:Entity(_revision)
WHERE n._revision > $since AND n.dataset IN $among AND n._stub IS NULL
  AND n.schema IN $schemata
RETURN n.id AS id, n.dataset AS dataset, n._revision AS revision ORDER BY id

// -- crossing_included --
// Records that an investigation includes, in order of their ids, each with when it was.
MATCH (i:Inclusion {investigation: $name})
WHERE i.dataset IN $among
MATCH (n:Entity {id: i.record})
USING INDEX n:Entity(id)
WHERE n._stub IS NULL AND n.schema IN $schemata
RETURN n.id AS id, n._revision AS revision, i.at AS at ORDER BY id
