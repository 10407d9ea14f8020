// What investigations include of other datasets.
CREATE CONSTRAINT inclusion_id IF NOT EXISTS FOR (n:Inclusion) REQUIRE n.id IS UNIQUE;
CREATE INDEX inclusion_investigation IF NOT EXISTS FOR (n:Inclusion) ON (n.investigation);
