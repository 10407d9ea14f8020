"""What the graph holds about datasets: their metadata, their crawls, and who works on them.

Answers: which datasets are there, what became of their crawls, who is writing to one?
May import: ``engine.graph.record`` and the modules of ``engine.graph``.
Never here: the records themselves, and where a dataset comes from (``loaders.crawl``).
"""
