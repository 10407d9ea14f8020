"""What callers may change: the mutations of GraphQL, one module a noun.

Answers: which call of the engine does this mutation make?
May import: ``api`` and the values and ports of ``engine``.
Never here: who may make a change; the engine asks that, so that no mutation can forget it.

Each module has one class, such as ``UserMutation``, with the fields of its noun; ``mutation.py``
puts them together. A resolver calls ``session.change(engine.directory.add_account, ...)``.
"""
