// When revisions were written: one node for each second in which any was, in seconds since 1970.
CREATE CONSTRAINT moment_at IF NOT EXISTS FOR (n:Moment) REQUIRE n.at IS UNIQUE;
CREATE INDEX moment_revision IF NOT EXISTS FOR (n:Moment) ON (n.revision);

// What was written before is of no known time: it was there when this was applied.
MATCH (c:Clew {id: 1}) WHERE c.revision > 0
MERGE (m:Moment {at: datetime.realtime().epochSeconds}) SET m.revision = c.revision;
