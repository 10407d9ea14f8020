"""Search: what knows both stores, so that the index follows the graph and answers are records."""
