// The files of datasets, whose state says whether each was read.
CREATE CONSTRAINT stored_file_id IF NOT EXISTS FOR (n:StoredFile) REQUIRE n.id IS UNIQUE;
CREATE INDEX stored_file_state IF NOT EXISTS FOR (n:StoredFile) ON (n.dataset, n.state, n.id);
CREATE INDEX stored_file_root IF NOT EXISTS FOR (n:StoredFile) ON (n.root);
CREATE INDEX stored_file_parent IF NOT EXISTS FOR (n:StoredFile) ON (n.parent);
CREATE INDEX stored_file_message IF NOT EXISTS FOR (n:StoredFile) ON (n.dataset, n.message);
CREATE INDEX stored_file_reply IF NOT EXISTS FOR (n:StoredFile) ON (n.dataset, n.reply_to);
