"""Loading into a Clew on another machine, over HTTP.

Answers: how do these files get there, whatever the network does meanwhile?
May import: ``loaders.intake``, for its HTTP client and its meter, and the values of ``engine``.
Never here: how a format is read; the other side does that.
"""
