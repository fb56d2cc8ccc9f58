"""SciPy: special."""
