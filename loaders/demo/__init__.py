"""The demo collection: invented data, five datasets that tell one story (``STORY.md``).

Answers: what can a newcomer look at before they load data of their own?
May import: ``loaders.load`` and ``engine``.
Never here: anything that real data needs.
"""
