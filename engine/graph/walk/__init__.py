"""Walking the graph: neighbours, paths and chains of ownership.

Answers: what is connected with what, through what, and how much of it is held?
May import: the modules of ``engine.graph`` and the values of ``engine``.
Never here: writing, and any node or relationship that the reader may not see.
"""
