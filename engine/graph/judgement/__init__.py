"""What people say of pairs of records, and how it was before.

Answers: who judged which pair, when and why; what may be judged without contradiction?
May import: all other rooms of ``engine.graph``.
Never here: who may judge (``engine.judgements``), what pairs may be the same (``engine.match``).

Pairs that a run suggests are CANDIDATE relationships; runs are nodes (``XrefRun``).

A judgement that holds is a relationship of two records: SAME_AS, NOT_SAME_AS or MAYBE_SAME_AS.
It has no ``dataset``: the collection that it was made in is its ``collection``. So the part
``visible`` of ``visibility.cypher`` lets none of them through, and no query that follows
relationships of any type crosses or counts one unless it asks for it (``visible_judgement``).
All that was ever judged is a node (``Judgement``): the stack of a pair in a collection, of which
the last one that is not undone holds. Every change holds the lock of the counter of revisions, so
that two people, a load and a backup come one after the other.
"""
