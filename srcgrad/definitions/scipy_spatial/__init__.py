"""``scipy.spatial``: distances, hulls and nearest neighbours, rotations."""
