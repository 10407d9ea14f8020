"""How data goes out: one module a form, each fed with streams and writing bytes."""
