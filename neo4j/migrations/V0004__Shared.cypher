// Which values are shared depends on the reader: what was worked out for all of them alike is
// worked out again. With one dataset it is the same.
CREATE INDEX literal_hubs IF NOT EXISTS FOR (n:Literal) ON (n._hubs);
MATCH (c:Clew {id: 1}) WHERE COUNT { (:Dataset) } > 1 SET c.literal_revision = 0;
