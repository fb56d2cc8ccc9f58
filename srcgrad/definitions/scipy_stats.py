"""SciPy: stats."""
