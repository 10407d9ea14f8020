"""The full-text index. The only room that imports ``tantivy``.

Answers: which entities hold these words, values or dates, in which order, and how many?
May import: the values of ``engine``.
Never here: Neo4j. The index is derived from the graph and can be made anew at any time.
"""
