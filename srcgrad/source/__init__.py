"""A callable as structured syntax: found, read, fenced, its jumps rewritten."""
