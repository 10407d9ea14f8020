"""The formats that can be loaded: FollowTheMoney's, OpenSanctions', BODS and the Offshore Leaks.

Answers: what do these bytes say as FollowTheMoney entities?
May import: ``loaders.intake``, ``loaders.table`` and ``loaders.mapping`` (the format of tables).
Never here: writing to the graph. A new format is a module here and a line in ``registry``.
"""
