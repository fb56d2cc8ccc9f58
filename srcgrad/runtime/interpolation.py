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


# --- Clough and Tocher: cubic on the three parts of each triangle ------------------------------------


def patch_vertices(points: Array, xi: Array) -> Array:
    """Of the triangle around each of ``xi`` and its neighbours the numbers of the points.

    The corners first, negative, of any triangle, where there is none around; then those of the triangle
    across from each of them, -1 where there is none.
    """
    import scipy.spatial

    triangulation = scipy.spatial.Delaunay(points)
    found = triangulation.find_simplex(xi)
    around = triangulation.neighbors[found]
    others = np.where((around < 0)[..., None], -1, triangulation.simplices[around])
    corners = np.where((found < 0)[..., None], -1, 1) * triangulation.simplices[found]
    return np.concatenate([corners[..., None, :], others], axis=-2).astype(np.int64)


def curved_slopes(points: Array, values: Array, tol: float, maxiter: int) -> Array:
    """The slopes at points that ``CloughTocher2DInterpolator`` finds, by iteration."""
    import scipy.interpolate

    made = scipy.interpolate.CloughTocher2DInterpolator(points, values, tol=tol, maxiter=maxiter)
    return np.asarray(made.grad)


def slopes_solved(points: Array, values: Array) -> Array:
    """The slopes of least curvature, to which that iteration leads."""
    whole, right = _curvature(points)
    return whole.solve(right @ values).reshape(len(points), 2, -1).swapaxes(1, 2)


def slopes_across(points: Array, slopes: Array) -> Array:
    """The transpose of ``slopes_solved``."""
    whole, right = _curvature(points)
    return np.asarray(right.T @ whole.solve(slopes.swapaxes(1, 2).reshape(2 * len(points), -1)))


def _curvature(points: Array) -> Any:
    """The equations of least curvature along the sides of the triangles (Nielson 1983; Renka 1984)."""
    import scipy.sparse as sparse
    import scipy.spatial
    from scipy.sparse.linalg import splu

    n = len(points)
    start, others = scipy.spatial.Delaunay(points).vertex_neighbor_vertices
    own = np.repeat(np.arange(n), np.diff(start))
    side = points[others] - points[own]
    cubes = np.sum(side**2, axis=-1) ** 1.5
    blocks = side[:, :, None] * side[:, None, :] / cubes[:, None, None]
    rows = 2 * own[:, None, None] + np.arange(2)[:, None] + np.zeros((2, 2), int)
    near, far = (2 * k[:, None, None] + np.arange(2) + np.zeros((2, 2), int) for k in (own, others))
    alone = np.repeat(np.diff(start) == 0, 2).astype(float)  # of a point in no triangle: 0
    whole = sparse.diags(alone).tocsc()
    for factor, columns in ((4.0, near), (2.0, far)):
        part = (factor * blocks.ravel(), (rows.ravel(), columns.ravel()))
        whole = whole + sparse.coo_matrix(part, shape=(2 * n, 2 * n)).tocsc()
    pull = 6.0 * side / cubes[:, None]
    rows = 2 * own[:, None] + np.arange(2)
    right = [
        sparse.coo_matrix(
            (sign * pull.ravel(), (rows.ravel(), np.repeat(k, 2))), shape=(2 * n, n)
        ).tocsr()
        for sign, k in ((1.0, others), (-1.0, own))
    ]
    return splu(whole.tocsc()), right[0] + right[1]
