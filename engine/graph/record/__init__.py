"""Reading and writing records: one entity as one dataset tells it, a node or a relationship.

Answers: how does a record become nodes and relationships, and how is it read back without loss?
May import: ``engine.graph.walk`` and the modules of ``engine.graph``.
Never here: what is known of a dataset as a whole, and the index.
"""
