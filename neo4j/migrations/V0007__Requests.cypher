// What users ask of the data team.
CREATE CONSTRAINT user_request_id IF NOT EXISTS FOR (n:UserRequest) REQUIRE n.id IS UNIQUE;
CREATE INDEX user_request_by IF NOT EXISTS FOR (n:UserRequest) ON (n.by);
