"""How data comes in.

Answers: how does a file, a URL, a table or a crawl become records of a dataset?
May import: ``engine``. Inside, ``crawl`` and ``demo`` import ``load``, that ``format``, that
``mapping``, that ``table``, and all of them ``intake``.
Never here: what readers ask, and what a terminal shows.
"""
