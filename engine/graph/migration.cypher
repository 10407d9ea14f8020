// Which migrations the database has had, and what an interrupted one leaves behind.

// -- migration_list --
// Which migrations has the database had?
MATCH (m:Migration) RETURN m.version AS version, m.name AS name, m.checksum AS checksum
ORDER BY version

// -- migration_note --
// Records that a migration has been applied.
MERGE (m:Migration {version: $version})
ON CREATE SET m.name = $name, m.checksum = $checksum, m.applied = datetime()

// -- index_without_constraint --
// Which indexes belong to no constraint? An interrupted CREATE CONSTRAINT leaves one.
SHOW INDEXES YIELD name, owningConstraint WHERE owningConstraint IS NULL RETURN name

// -- index_drop --
// Drops an index, so that its constraint can be created again.
DROP INDEX $$index$$ IF EXISTS

// -- share_texts --
// Which percentages are more than a number, and which share is kept for each?
MATCH ()-[r:OWNERSHIP]->()
WHERE any(text IN r.percentage WHERE NOT text =~ '[0-9]{1,2}([.][0-9]{1,20})?%?')
RETURN DISTINCT r.percentage AS texts, r._share AS share

// -- share_correct --
// Keeps other shares for some percentages; keys are the texts, each with a line's end.
MATCH ()-[r:OWNERSHIP]->()
WHERE r.percentage IS NOT NULL
WITH r, $shares[reduce(key = '', text IN r.percentage | key + text + '\n')] AS share
WHERE share IS NOT NULL
SET r._share = share[0]
