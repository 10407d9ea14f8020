"""Child processes that end with this one, however it ends.

Answers: how does a program run beside us without ever being left behind?
May import: nothing of Clew.
Never here: what the programs do.
"""
