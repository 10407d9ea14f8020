"""Bringing a new version of a dataset into the graph.

Answers: what is new, changed or gone since the version that is there, and what was refused?
May import: ``loaders.format``, ``loaders.intake`` and ``engine``.
Never here: where a dataset comes from, and how often (``loaders.crawl``).
"""
