// The files of datasets and their states.

// -- file_save --
// Writes files down, over what was written of each before; none into a dataset that is going.
UNWIND $rows AS row
MATCH (d:Dataset {name: row.dataset}) WHERE d.deleting IS NULL
MERGE (f:StoredFile {id: row.id}) SET f = row, f.updated = datetime()

// -- file_by_id --
// What is known of these files?
UNWIND $ids AS id
MATCH (f:StoredFile {id: id})
RETURN properties(f) AS properties

// -- file_waiting --
// The next files of a dataset that wait to be read, but for those that are being read.
MATCH (f:StoredFile)
WHERE f.dataset = $dataset AND f.state = 'waiting' AND NOT f.id IN $busy
RETURN properties(f) AS properties
LIMIT $limit

// -- file_queue --
// In which datasets do files wait to be read?
MATCH (d:Dataset)
WHERE d.deleting IS NULL AND EXISTS { (f:StoredFile {dataset: d.name, state: 'waiting'}) }
RETURN d.name AS dataset ORDER BY dataset

// -- file_list --
// Files of a dataset in the order of their ids, from a place on: all, or those in some states, or
// with something wrong.
MATCH (f:StoredFile)
WHERE f.dataset = $dataset AND f.state IN $states AND f.id > $after
  AND ($reasons IS NULL OR f.reason IN $reasons)
RETURN properties(f) AS properties ORDER BY f.id LIMIT $limit

// -- file_count --
// How many files of these datasets are in which state, and why?
MATCH (f:StoredFile)
WHERE f.dataset IN $among AND f.state IN $states
RETURN f.dataset AS dataset, f.state AS state, f.reason AS reason, count(*) AS count
ORDER BY dataset, state, reason

// -- file_retry --
// Lets files wait again that were not read, or not wholly, for one of these reasons.
MATCH (f:StoredFile)
WHERE f.dataset = $dataset AND f.state IN ['failed', 'read'] AND f.reason IN $reasons
SET f.state = 'waiting', f.updated = datetime()
REMOVE f.reason, f.detail
RETURN count(*) AS count

// -- file_spent --
// How many files came out of a file that was brought in, and how many bytes?
MATCH (f:StoredFile {root: $root}) WHERE f.id <> $root
RETURN count(*) AS members, coalesce(sum(f.size), 0) AS bytes

// -- file_inside --
// The files that were directly in these ones.
MATCH (f:StoredFile) WHERE f.parent IN $ids
RETURN f.id AS id

// -- file_forget --
// Deletes what is known of files; which archived files they referred to.
UNWIND $ids AS id
MATCH (f:StoredFile {id: id})
WITH f, [f.sha256] + coalesce(f.kept, []) + [x IN [f.bundle] WHERE x IS NOT NULL] AS hashes
DELETE f
RETURN hashes

// -- file_ids --
// Some of the files of a dataset.
MATCH (f:StoredFile) WHERE f.dataset = $dataset RETURN f.id AS id LIMIT $limit

// -- file_referring --
// Which of these archived files does any file refer to?
MATCH (f:StoredFile)
WITH [f.sha256] + coalesce(f.kept, []) + [x IN [f.bundle] WHERE x IS NOT NULL] AS hashes
UNWIND hashes AS hash
WITH hash WHERE hash IN $hashes
RETURN DISTINCT hash

// -- file_reply --
// The mails of a dataset that answer another one of it: both ids.
MATCH (f:StoredFile) WHERE f.dataset = $dataset AND f.reply_to IS NOT NULL
MATCH (g:StoredFile {dataset: $dataset, message: f.reply_to}) WHERE g.id <> f.id
WITH f.id AS id, g.id AS answered ORDER BY id, answered
RETURN id, collect(answered) AS answered

// -- document_part --
// The ids of the records that were made from one document: its pages, tables and folders.
MATCH (n:Entity)
USING INDEX n:Entity(id)
WHERE n.id > $after AND n.id < $end
RETURN n.id AS id
