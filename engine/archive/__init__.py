"""Where are the bytes of a document, and of what was made from it?

Answers: the file with this SHA-256, wherever the archive keeps it.
May import: errors. Never here: what a file means, who may read it, and which files are needed.
"""
