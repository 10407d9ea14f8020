// Diagrams that are saved in investigations; and which investigations include a record.
CREATE CONSTRAINT diagram_id IF NOT EXISTS FOR (n:Diagram) REQUIRE n.id IS UNIQUE;
CREATE INDEX diagram_dataset IF NOT EXISTS FOR (n:Diagram) ON (n.dataset);
CREATE INDEX inclusion_record IF NOT EXISTS FOR (n:Inclusion) ON (n.record);
