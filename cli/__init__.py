"""The ``clew`` command: one module a command.

Answers: what does a person type, and what do they see on the terminal?
May import: every other room.
Never here: anything that another program might want without a terminal; that belongs to ``engine`` or ``loaders``.
"""
