"""The index follows the graph.

Answers: what changed in the graph that the index does not have yet, and do both agree?
May import: ``engine.graph``, ``engine.index`` and ``engine.server``. No other room knows both
stores.
Never here: questions of readers.
"""
