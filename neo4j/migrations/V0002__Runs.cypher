// The crawls of a dataset, newest first.
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:Run) REQUIRE n.id IS UNIQUE;
CREATE INDEX run_dataset IF NOT EXISTS FOR (n:Run) ON (n.dataset, n.started);
