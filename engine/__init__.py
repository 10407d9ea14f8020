"""The engine: what is known, and how to find it."""
