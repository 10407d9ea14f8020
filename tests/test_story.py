"""The README's way through the demo collection, walked on the real parts."""
