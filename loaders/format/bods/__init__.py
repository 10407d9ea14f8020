"""The Beneficial Ownership Data Standard, versions 0.2 to 0.4.

Answers: which persons, companies and holdings do these statements tell of?
May import: ``loaders.intake``.
Never here: other formats.
"""
