"""What do the documents of the archive name?

Answers: the mentions that were found, each to who may read both of its ends. May import: the
connection, and how rows become values. Never here: how a mention is found.
"""
