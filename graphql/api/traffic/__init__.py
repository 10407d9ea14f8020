"""How much a caller may ask, and whether they may ask at all.

Answers: what is the address of a caller, and how many requests and points have they left?
May import: the engine and the modules of ``api`` that know no resolver.
Never here: what may be read, which is ``engine.access``.
"""
