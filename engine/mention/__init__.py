"""Whom does a text name?

Answers: which names, numbers and addresses stand in a text, where, which records they may mean, and
why; and it keeps what the documents of the archive name. May import: the ports of the graph and of
the index. Never here: how a text is got out of a file; who is the same as whom.
"""
