"""Benchmarks of srcgrad: `python benchmarks/run.py` writes `benchmarks/RESULTS.md`."""
