"""Primal and adjoint side by side: what a page shows, and the page as HTML."""
