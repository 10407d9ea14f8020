"""Keeping datasets fresh from where they come from.

Answers: which datasets are due, what is new at their source, and what became of each crawl?
May import: ``loaders.load``, ``loaders.format``, ``loaders.intake`` and ``engine``.
Never here: how a format is read.

``catalog`` says which sources there are. ``due`` decides when a dataset is due; ``schedule`` asks
it every minute while Clew serves, and puts what is due into the ``queue``. A ``crawler`` does one
crawl: ``acquisition`` brings what is new onto this disk (by ``fetch``, ``delta`` or ``program``),
``inspection`` checks it, and it is loaded.
"""
