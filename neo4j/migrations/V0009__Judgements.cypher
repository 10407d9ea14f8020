// What is said of pairs of records: as a relationship what holds, as nodes all that was judged.
CREATE CONSTRAINT judgement_id IF NOT EXISTS FOR (n:Judgement) REQUIRE n.id IS UNIQUE;
CREATE INDEX judgement_pair IF NOT EXISTS FOR (n:Judgement) ON (n.pair);
CREATE INDEX judgement_operation IF NOT EXISTS FOR (n:Judgement) ON (n.operation);
CREATE INDEX judgement_collection IF NOT EXISTS FOR (n:Judgement) ON (n.collection);

CREATE CONSTRAINT same_as_pair IF NOT EXISTS FOR ()-[r:SAME_AS]-() REQUIRE r.pair IS UNIQUE;
CREATE CONSTRAINT not_same_as_pair IF NOT EXISTS FOR ()-[r:NOT_SAME_AS]-() REQUIRE r.pair IS UNIQUE;
CREATE CONSTRAINT maybe_same_as_pair IF NOT EXISTS FOR ()-[r:MAYBE_SAME_AS]-() REQUIRE r.pair IS UNIQUE;

CREATE INDEX same_as_collection IF NOT EXISTS FOR ()-[r:SAME_AS]-() ON (r.collection);
CREATE INDEX not_same_as_collection IF NOT EXISTS FOR ()-[r:NOT_SAME_AS]-() ON (r.collection);
CREATE INDEX maybe_same_as_collection IF NOT EXISTS FOR ()-[r:MAYBE_SAME_AS]-() ON (r.collection);
