"""Who uses Clew and what they may do: accounts, groups, grants, keys, sessions and the audit log.

Answers: what may this account read and write, and whose is this key or session?
May import: the modules of ``engine.graph`` and the values of ``engine``.
Never here: HTTP, cookies and identity providers (``graphql/api``), and records.
"""
