"""Definitions of functions of SciPy: images, signals and distributions."""
