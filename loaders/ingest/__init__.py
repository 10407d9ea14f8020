"""How do files become documents of a dataset?

Answers: which files are new, what each of them says as records, and which could not be read.
May import: ``document`` and the engine's ports. Never here: how a format is read.
"""
