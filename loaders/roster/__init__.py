"""Lists of people and companies, as somebody has them: in a table without a mapping.

Answers: what do the columns of a list mean, and what are its rows?
May import: ``loaders.load`` and what is below it, and ``engine``.
Never here: who of a list is in the archive (``engine.crossings``).
"""
