"""The formats that can be loaded: ``registry`` names them and guesses which one a source is written in.

Answers: what do these bytes say as FollowTheMoney entities?
May import: ``loaders.intake``, ``loaders.table`` and ``loaders.mapping`` (a format of its own).
Never here: writing to the graph. A new format is a module here and a line in ``registry``.
"""
