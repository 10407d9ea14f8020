"""Taking data out: one module a format, and where the files go.

Answers: how are these records, or this part of the graph, written in a format?
May import: the values of ``engine``.
Never here: the choice of what is exported (``engine.excerpt``).
"""
