"""Definitions of distributions of ``scipy.stats``, and of its summaries of samples."""
