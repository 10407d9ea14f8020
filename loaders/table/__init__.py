"""Tables in files: CSV, TSV, XLSX, ODS and SQLite.

Answers: which columns does this table have, and which cells does each row have?
May import: ``loaders.intake``.
Never here: what the columns mean (``loaders.mapping``).
"""
