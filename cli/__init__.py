"""The ``clew`` command: one module a command.

Answers: what does a person type, and what do they see on the terminal?
May import: every other room.
Never here: how data is found, read or written. What a program without a terminal might want
belongs to ``engine`` or ``loaders``.
"""
