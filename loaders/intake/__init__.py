"""From bytes to checked entities: what every format reads from, and what it gives.

Answers: where do the bytes come from, and is this entity one that FollowTheMoney accepts?
May import: ``engine``.
Never here: any single format.
"""
