// Cross-referencing: the runs, and the pairs that they found.
CREATE CONSTRAINT xref_run_id IF NOT EXISTS FOR (n:XrefRun) REQUIRE n.id IS UNIQUE;
CREATE INDEX xref_run_crossing IF NOT EXISTS FOR (n:XrefRun) ON (n.crossing);
CREATE INDEX xref_run_state IF NOT EXISTS FOR (n:XrefRun) ON (n.state);
CREATE CONSTRAINT candidate_id IF NOT EXISTS FOR ()-[r:CANDIDATE]-() REQUIRE r.id IS UNIQUE;
CREATE INDEX candidate_order IF NOT EXISTS FOR ()-[r:CANDIDATE]-() ON (r.crossing, r.score, r.id);
CREATE INDEX candidate_collection IF NOT EXISTS FOR ()-[r:CANDIDATE]-() ON (r.collection);
CREATE INDEX candidate_left IF NOT EXISTS FOR ()-[r:CANDIDATE]-() ON (r.left_dataset);
CREATE INDEX candidate_right IF NOT EXISTS FOR ()-[r:CANDIDATE]-() ON (r.right_dataset);
