// Mentions: which documents name which records.
CREATE INDEX mention_id IF NOT EXISTS FOR ()-[r:MENTIONS]-() ON (r.id);
CREATE INDEX mention_source IF NOT EXISTS FOR ()-[r:MENTIONS]-() ON (r.source);
