"""``scipy.sparse``: definitions of what matrices do, of the functions that make them, and of solutions."""
