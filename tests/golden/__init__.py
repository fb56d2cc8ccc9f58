"""Programs whose generated source is compared to the letter: see ``tests/test_golden.py``."""
