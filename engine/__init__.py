"""What is known, and how it is found: the graph, the index, and the one handle that opens both.

Answers: every question of a reader, for the datasets that this reader may see. The entrance is
``engine.engine.Engine``.
May import: no other room of Clew, and no Starlette, Strawberry or click.
Never here: HTTP, GraphQL, terminals, file formats of others.
"""
