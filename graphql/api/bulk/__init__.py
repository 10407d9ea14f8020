"""Whole datasets over HTTP: uploads that are loaded, and exports.

Answers: how does a file get into a dataset from another machine, and a dataset into a file?
May import: the engine, ``api.traffic``, ``api.http`` and ``api.credential``.
Never here: how a file is read. Loaders do that; the command line hands one in (``BulkLoad``).
"""
