// Investigations: datasets of their own kind, and the records of others that they include.

// -- investigation_add --
// Creates an investigation, which the account that opens it may manage.
CREATE (d:Dataset {name: $name, title: $title, summary: $summary, kind: 'investigation',
                   visibility: 'restricted', created: datetime(), created_by: $by})
WITH d
OPTIONAL MATCH (a:Account {name: $account})
FOREACH (_ IN CASE WHEN a IS NULL THEN [] ELSE [1] END |
  CREATE (a)-[:MAY {level: 'manage', by: $by, at: datetime()}]->(d))
RETURN properties(d) AS properties

// -- investigation_list --
// Which of these datasets are investigations?
MATCH (d:Dataset {kind: 'investigation'})
WHERE d.name IN $names AND d.deleting IS NULL
RETURN properties(d) AS properties ORDER BY d.name

// -- investigation_set --
// Changes an investigation's title, summary, or whether it is archived.
MATCH (d:Dataset {name: $name, kind: 'investigation'}) WHERE d.deleting IS NULL
SET d += $changes
RETURN properties(d) AS properties

// -- inclusion_count --
// How many records of other datasets does an investigation include?
MATCH (i:Inclusion {investigation: $name}) RETURN count(*) AS count

// -- inclusion_add --
// Includes records of other datasets; what is included already stays as it is.
UNWIND $rows AS row
MERGE (i:Inclusion {id: row.id})
ON CREATE SET i.investigation = $name, i.record = row.record, i.dataset = row.dataset,
              i.by = $by, i.at = datetime()

// -- inclusion_delete --
// No longer includes these records.
MATCH (i:Inclusion) WHERE i.id IN $ids
DELETE i
RETURN count(*) AS count

// -- inclusion_list --
// Which records of datasets that the reader may see does an investigation include?
MATCH (i:Inclusion {investigation: $name})
WHERE $$visible:i$$
RETURN i.record AS record, i.by AS by, i.at AS at ORDER BY record

// -- inclusion_of --
// Which investigations that the reader may see include a record that the reader may see?
MATCH (i:Inclusion {record: $record})
WHERE $$visible:i$$ AND i.investigation IN $among
RETURN i.investigation AS name ORDER BY name

// -- record_edges --
// Which edges of a dataset start or end at a record?
MATCH (n:Entity {id: $id})-[r$$types$$]-()
USING INDEX n:Entity(id)
WHERE r.dataset = $dataset
RETURN DISTINCT r.id AS id ORDER BY id
