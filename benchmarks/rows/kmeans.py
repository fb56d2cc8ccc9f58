"""The cost of k-means: distances, their minimum, their sum."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case, in_all


def kmeans(points, centres):
    """The sum of the squared distances of points to their nearest centres."""
    distances = np.sum((points[:, np.newaxis, :] - centres[np.newaxis, :, :]) ** 2, axis=2)
    return np.sum(np.min(distances, axis=1))


def kmeans_adjoint(points, centres, y_bar):
    """The adjoint of `kmeans`: only the nearest centres count."""
    distances = np.sum((points[:, np.newaxis, :] - centres[np.newaxis, :, :]) ** 2, axis=2)
    nearest = np.argmin(distances, axis=1)
    points_bar = 2 * y_bar * (points - centres[nearest])
    centres_bar = np.zeros_like(centres)
    np.subtract.at(centres_bar, nearest, points_bar)
    return points_bar, centres_bar


def kmeans_loops(points, centres, y_bar):
    """`kmeans_adjoint` as loops."""
    n, d = points.shape
    k = len(centres)
    points_bar = np.empty((n, d))
    centres_bar = np.zeros((k, d))
    for i in range(n):
        nearest = 0
        least = np.inf
        for j in range(k):
            distance = 0.0
            for a in range(d):
                distance += (points[i, a] - centres[j, a]) ** 2
            if distance < least:
                least = distance
                nearest = j
        for a in range(d):
            t = 2 * y_bar * (points[i, a] - centres[nearest, a])
            points_bar[i, a] = t
            centres_bar[nearest, a] -= t
    return points_bar, centres_bar


def kmeans_primal_loops(points, centres):
    """`kmeans` as loops."""
    total = 0.0
    for i in range(len(points)):
        least = np.inf
        for j in range(len(centres)):
            distance = 0.0
            for a in range(points.shape[1]):
                distance += (points[i, a] - centres[j, a]) ** 2
            least = min(least, distance)
        total += least
    return total


CPP = """
void adjoint(const double* p, long n, long d, const double* c, long k, long, double y_bar,
             double* p_bar, double* c_bar) {
    FOR(i, k * d) c_bar[i] = 0.0;
    FOR(i, n) {
        long nearest = 0;
        double least = std::numeric_limits<double>::infinity();
        FOR(j, k) {
            double s = 0.0;
            FOR(a, d) { double t = p[i * d + a] - c[j * d + a]; s += t * t; }
            if (s < least) { least = s; nearest = j; }
        }
        FOR(a, d) {
            double t = 2 * y_bar * (p[i * d + a] - c[nearest * d + a]);
            p_bar[i * d + a] = t;
            c_bar[nearest * d + a] -= t;
        }
    }
}
"""


def _in(xp):
    least = getattr(xp, "amin", None) or xp.min

    def program(points, centres):
        distances = xp.sum((points[:, None, :] - centres[None, :, :]) ** 2, 2)
        return xp.sum(least(distances, 1))

    return program


def _case(n, k, d):
    random = np.random.default_rng(14)
    return Case(
        name=f"k-means, {k} centres in {d}-D",
        sized="{} points",
        size=n,
        primal=kmeans,
        adjoint=kmeans_adjoint,
        compiled_adjoint=kmeans_loops,
        compiled_primal=kmeans_primal_loops,
        cpp=CPP,
        inputs=(random.normal(size=(n, d)), random.normal(size=(k, d))),
        argnums=(0, 1),
        parallel=True,
        elsewhere=in_all(_in),
    )


ROWS = {"kmeans": lambda: _case(2_000, 10, 8)}
