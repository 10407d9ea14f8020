"""Neo4j as a child process: its jars, Java's class caches, ports, memory, locks, import and supervision.

Answers: is there a Neo4j that we can talk to, and what does it take to have one?
May import: ``engine.graph`` (to connect and to migrate) and the values of ``engine``.
Never here: questions about entities or datasets.
"""
