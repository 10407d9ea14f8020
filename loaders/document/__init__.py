"""What is in a document's file?

Answers: the text, pages, tables, members and facts of a file of any kind, or the reason why there
are none. Each file is read by a process of its own, with limits and without network.
May import: engine values, ``table`` and ``intake``. Never here: the graph, records, datasets.
"""
