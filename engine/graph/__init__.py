"""What Neo4j holds. The only room that imports the ``neo4j`` driver and holds Cypher.

Answers: which records, relationships, paths and datasets does the graph hold?
May import: the values of ``engine``. ``dataset`` may import ``record``, which may import ``walk``.
Never here: the full-text index, the start of the server, GraphQL.
"""
