// Diagrams that are saved in investigations.
CREATE CONSTRAINT diagram_id IF NOT EXISTS FOR (n:Diagram) REQUIRE n.id IS UNIQUE;
CREATE INDEX diagram_dataset IF NOT EXISTS FOR (n:Diagram) ON (n.dataset);
