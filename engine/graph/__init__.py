"""The graph: records, relationships and shared values in Neo4j, and every question asked of it."""
