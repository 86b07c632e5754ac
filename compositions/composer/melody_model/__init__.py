"""A learned sense of melody: which note comes next, in bits."""
