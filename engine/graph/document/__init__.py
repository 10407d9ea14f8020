"""Which files does a dataset have, and what became of each?

Answers: the StoredFile nodes, which are also the queue of those that wait to be read.
May import: connection, values. Never here: records, and the bytes of files.
"""
