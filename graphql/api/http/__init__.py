"""How does Clew behave as a web server, whatever is asked of it?

Middleware around the routes: who may call by which name and from which page, what every answer
carries, what a failure shows, what is written down of a request. May import ``api.traffic`` and
the engine's values. Never in it: GraphQL, which is in the modules beside this package; sockets and
bytes, which are in ``cli/protocol.py``.
"""
