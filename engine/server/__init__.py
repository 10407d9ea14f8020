"""Neo4j as a child process: jars, Java's class caches, ports, memory, import and supervision.

Answers: is there a Neo4j that we can talk to, and what does it take to have one?
May import: ``engine.graph`` (to connect and to migrate) and the values of ``engine``.
Never here: questions about entities or datasets.

``launch`` starts or joins the data folder's server; ``server`` is the running one, ``child`` its
process and ``watchdog`` what ends that one with ours; ``home`` knows the files of a data folder.
"""
