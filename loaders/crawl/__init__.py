"""Keeping datasets fresh from where they come from.

Answers: which datasets are due, what is new at their source, and what became of each crawl?
May import: ``loaders.load``, ``loaders.format``, ``loaders.intake`` and ``engine``.
Never here: how a format is read.
"""
