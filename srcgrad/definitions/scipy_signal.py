"""SciPy: signal."""
