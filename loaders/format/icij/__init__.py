"""ICIJ's Offshore Leaks bundle.

Answers: which entities and relationships are in these CSV files?
May import: ``loaders.intake`` and ``loaders.table``.
Never here: other formats.
"""
