"""Importing this module reads the lists of names, once for all processes that are forked then.

A process that compares needs 270 MB of them, and reads them for ten seconds. The server of forks
(``multiprocessing``) imports this module when it starts; its forks share what it has read.
"""

import gc

from engine.match.comparer import read_lists

read_lists()
gc.collect()
gc.freeze()  # else looking for garbage would copy what the forks share
