"""SciPy: integrate."""
