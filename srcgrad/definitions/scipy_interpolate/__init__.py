"""``scipy.interpolate``: definitions of piecewise polynomials, B-splines, and what is made of data."""
