"""The tests of srcgrad."""
