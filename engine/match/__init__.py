"""Whether two records are the same: their names, their other values, and a score that explains."""
