// The stubs of each dataset: what refers to one is no relationship that a reader sees.
CREATE INDEX entity_stub IF NOT EXISTS FOR (n:Entity) ON (n._stub, n.dataset);
