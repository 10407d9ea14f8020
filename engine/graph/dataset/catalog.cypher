// The datasets of the graph, and the claims of those who work on one.

// -- dataset_all --
// What is known of every dataset?
MATCH (d:Dataset) RETURN properties(d) AS properties ORDER BY d.name

// -- dataset_state --
// What is known of these datasets?
MATCH (d:Dataset) WHERE d.name IN $names RETURN d.name AS name, properties(d) AS properties

// -- dataset_set --
// Changes a dataset's metadata, and creates it where there is none. A null removes a property.
// A new one is restricted until it is published.
MERGE (d:Dataset {name: $name})
ON CREATE SET d.visibility = 'restricted'
SET d += $changes
WITH d
$$access_change:it$$

// -- dataset_mark --
// Marks a dataset as being deleted: from now on it is gone for every reader.
MATCH (d:Dataset {name: $name}) SET d.deleting = coalesce(d.deleting, datetime())
WITH d
$$access_change:it$$
RETURN d.name AS name

// -- dataset_forget --
// Deletes the node of a deleted dataset, the history of its crawls, what it included,
// and its diagrams.
// With that history, a dataset that comes back would be taken for unchanged and not be fetched.
MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NOT NULL
CALL (d) {
  MATCH (r:Run {dataset: d.name})
  DETACH DELETE r
}
CALL (d) {
  MATCH (i:Inclusion {investigation: d.name})
  DETACH DELETE i
}
CALL (d) {
  MATCH (i:Diagram {dataset: d.name})
  DETACH DELETE i
}
DETACH DELETE d

// -- tombstone_newest --
// The newest revision among the tombstones of a range of ids.
MATCH (t:Tombstone)
USING INDEX t:Tombstone(id)
WHERE t.id > $after AND t.id < $end AND t._revision <= $upto
RETURN coalesce(max(t._revision), 0) AS revision

// -- tombstone_purge --
// Deletes some of the tombstones of a range of ids.
MATCH (t:Tombstone)
USING INDEX t:Tombstone(id)
WHERE t.id > $after AND t.id < $end AND t._revision <= $upto
WITH t LIMIT $limit
DELETE t
RETURN count(*) AS count

// -- clew_purge --
// Notes up to which revision tombstones are gone.
// An index that is older may have missed a deletion, and must be built anew.
MATCH (c:Clew {id: 1})
SET c.purged_revision =
  CASE WHEN coalesce(c.purged_revision, 0) < $revision THEN $revision ELSE c.purged_revision END

// -- claim_list --
// Which process was the first to claim this dataset? Each keeps a transaction open that says so.
SHOW TRANSACTIONS YIELD transactionId, startTime, metaData
WHERE metaData.clew_dataset = $dataset
RETURN transactionId AS transaction, metaData.clew_claim AS claim, metaData.clew_doing AS doing
ORDER BY startTime, transactionId
LIMIT 1
