"""The index answers what is found by words, values and dates; it follows the graph and can be rebuilt."""
