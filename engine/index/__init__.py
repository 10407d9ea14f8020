"""The full-text index. The only room that imports ``tantivy``.

Answers: which entities hold these words, values or dates, in which order, and how many?
May import: the values of ``engine``.
Never here: Neo4j. The index is derived from the graph and can be rebuilt at any time.

A search is parsed (``lexer``, ``parser``) into an ``expression``, which becomes a query of Tantivy
(``clause``). Each entity is one index entry (``entry``); Tantivy itself calls that a document.
"""
