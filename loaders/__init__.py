"""The loaders: how data comes in."""
