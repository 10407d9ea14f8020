"""Tables: rows out of files of several kinds, each in a module of its own, with what was found out."""
