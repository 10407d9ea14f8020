"""Importing this module reads what a process that compares needs, once for all that are forked.

The server of forks (``multiprocessing``) imports this module when it starts; its forks share what
it has read.
"""

import gc

import engine.match.crossing  # noqa: F401  each fork would import it by itself
from engine.match.comparer import read_lists

read_lists()
gc.collect()
gc.freeze()  # else looking for garbage would copy what the forks share
