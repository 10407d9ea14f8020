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
