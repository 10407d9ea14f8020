"""How does a person sign in with a browser, and out again?

By a link that is used once, or by an identity provider (OpenID Connect). Either ends in a session,
whose token the browser keeps in a signed cookie. May import ``api`` and the values of the engine.
Never here: passwords, of which Clew has none, and API keys, which ``api.credential`` reads.
"""
