"""What readers may ask over HTTP: the GraphQL schema, its limits, and the web application.

Answers: which engine call is this GraphQL field, and how is the answer or the error said over HTTP?
May import: ``engine``.
Never here: Cypher, Tantivy, click, and loading of data.
"""
