"""What does a document say, on which page, and where is the proof?

Answers: a document with its file, its pages with how each was read, and the pages with some words.
May import: the API's connections, entities and sessions. Never here: how files are read.
"""
