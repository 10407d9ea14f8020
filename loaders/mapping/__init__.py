"""FollowTheMoney's mapping language: what the columns of a table mean.

Answers: which entities do the rows of this table make?
May import: ``loaders.table`` and ``loaders.intake``.
Never here: how a table's cells are read from a file.
"""
