"""SciPy: linalg."""
