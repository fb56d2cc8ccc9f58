"""Which simplex of a triangulation points lie in, and which of given points is the nearest."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def simplex_vertices(points: Array, xi: Array) -> Array:
    """The numbers of the points around each of ``xi``: negative, of any simplex, where there are none."""
    import scipy.spatial

    triangulation = scipy.spatial.Delaunay(points)
    found = triangulation.find_simplex(xi)
    vertices = triangulation.simplices[np.maximum(found, 0)].astype(np.int64)
    return np.where(found[..., None] < 0, -vertices, vertices)


def nearest_point(points: Any, xi: Array) -> Array:
    """The number of the point that is nearest to each of ``xi``; of points, or of a tree of them."""
    import scipy.spatial

    tree = points if hasattr(points, "query") else scipy.spatial.cKDTree(points)
    return np.asarray(tree.query(xi)[1], np.int64)
