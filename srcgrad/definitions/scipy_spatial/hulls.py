"""``scipy.spatial``: nearest neighbours and convex hulls. Which points they are is a constant."""

from __future__ import annotations

import numpy as np
from scipy import spatial

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.runtime import stop_gradient


class Tree:
    """``KDTree`` and ``cKDTree``: distances have the derivatives of norms."""

    def __init__(self, data):
        self.data = np.asarray(data) * 1.0
        self.n, self.m = np.shape(self.data)

    def query(self, x, k=1, eps=0, p=2, distance_upper_bound=np.inf, workers=1):
        x = np.asarray(x) * 1.0
        if not isinstance(k, int) or distance_upper_bound != np.inf:  # for constants
            both = as_is(answered, self.data, x, k, eps, p, distance_upper_bound)
            return both[0], both[1]
        found = as_is(nearest, stop_gradient(self.data), stop_gradient(x), k, eps, p)
        shape = np.shape(x)[:-1] if k == 1 else (*np.shape(x)[:-1], k)
        places = np.reshape(np.asarray(found, dtype=int), shape)
        gap = (x if k == 1 else x[..., None, :]) - self.data[places]
        return np.linalg.norm(gap, p, axis=-1), places

    def query_ball_point(self, x, r):
        return as_is(within, stop_gradient(self.data), stop_gradient(np.asarray(x)), r)

    def query_pairs(self, r):
        return as_is(close_pairs, stop_gradient(self.data), r)


def nearest(data, x, k, eps, p):
    return spatial.cKDTree(data).query(x, k, eps, p)[1]


def answered(data, x, k, eps, p, bound):
    return spatial.cKDTree(data).query(x, k, eps, p, bound)


def within(data, x, r):
    return spatial.cKDTree(data).query_ball_point(x, r)


def close_pairs(data, r):
    return spatial.cKDTree(data).query_pairs(r)


@defines(spatial.KDTree, spatial.cKDTree)
def tree(data, leafsize=10, compact_nodes=True, copy_data=False, balanced_tree=True, boxsize=None):
    if boxsize is not None:
        unsupported("boxsize=")
    return Tree(data)


class Hull:
    """``ConvexHull``: its facets are constant, what they enclose is not."""

    def __init__(self, points):
        self.points = np.asarray(points) * 1.0
        self.ndim = np.shape(self.points)[1]
        self.npoints = np.shape(self.points)[0]
        self.simplices = np.asarray(as_is(facets, stop_gradient(self.points)), dtype=int)
        self.vertices = np.asarray(as_is(corners, stop_gradient(self.points)), dtype=int)

    @property
    def equations(self):  # for constants
        return as_is(planes, self.points)

    @property
    def neighbors(self):
        return as_is(beside, stop_gradient(self.points))

    @property
    def volume(self):
        inside = np.mean(stop_gradient(self.points), axis=0)
        sides = self.points[np.reshape(self.simplices, (-1, self.ndim))] - inside
        factor = 1.0
        for k in range(2, self.ndim + 1):
            factor = factor * k
        return np.sum(np.abs(np.linalg.det(sides))) / factor

    @property
    def area(self):
        corners_of = self.points[np.reshape(self.simplices, (-1, self.ndim))]
        edges = corners_of[:, 1:] - corners_of[:, :1]
        factor = 1.0
        for k in range(2, self.ndim):
            factor = factor * k
        return np.sum(np.sqrt(np.linalg.det(edges @ np.swapaxes(edges, -1, -2)))) / factor


def facets(points):
    return spatial.ConvexHull(points).simplices


def planes(points):
    return spatial.ConvexHull(points).equations


def beside(points):
    return spatial.ConvexHull(points).neighbors


def corners(points):
    return spatial.ConvexHull(points).vertices


@defines(spatial.ConvexHull)
def hull(points, incremental=False, qhull_options=None):
    if incremental or qhull_options is not None:
        unsupported("points that are added, options of Qhull")
    return Hull(points)
