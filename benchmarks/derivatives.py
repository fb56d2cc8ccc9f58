"""Derivatives beyond the gradient: products with Hessians, many tangents at once, Jacobians."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import srcgrad
from benchmarks import adapters
from benchmarks.rows.bundle import CPP, project
from benchmarks.rows.case import Case
from benchmarks.timing import Call, Effort, measure

TANGENTS = 26
BLOCKS = 2000

BLOCKS_CPP = f"""{CPP}
void adjoint(const double* k, long, long, const double* x, long, long, const double* w, long o,
             const long* which, long, long, const double* seen, long, long,
             const double*, long, long, long, double, double* found) {{
    std::fill(found, found + 30 * o, 0.0);
    FOR(i, o) FOR(row, 2) {{
        long a = which[2 * i], b = which[2 * i + 1];
        double e[2], *place = found + 30 * i + 15 * row;
        back(k + 11 * a, x + 3 * b, w[i] * (row == 0), w[i] * (row == 1), place, place + 11, e);
        place[14] = e[row] - seen[2 * i + row];
    }}
}}
"""


def rosenbrock(x):
    """The function of many a test of optimisers."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def heated(u, k):
    """Fifty steps of the heat equation in a bar."""
    for _ in range(50):
        v = u.copy()
        v[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
        u = v
    return u


def blocks(cameras, points, weights, which, seen, found):
    """The residuals of each observation by its camera, its point and its weight: 2 x 15 each."""
    found = np.zeros(found.shape)
    for i in range(len(which)):
        k, x = cameras[which[i, 0]], points[which[i, 1]]
        by_camera, by_point, by_weight = srcgrad.jacobian(_residual, (0, 1, 2), mode="reverse")(
            k, x, weights[i], seen[i]
        )
        found[i, :, :11] = by_camera
        found[i, :, 11:14] = by_point
        found[i, :, 14] = by_weight
    return found


def _residual(camera, point, weight, seen):
    return weight * (project(camera, point) - seen)


def block_case() -> Case:
    """The blocks; what they are written to has the shape that C++ is told."""
    random = np.random.default_rng(34)
    inside = np.array([500.0, 320.0, 240.0, -0.1, 0.01])
    cameras = np.hstack((random.normal(size=(10, 6)) * 0.2, np.tile(inside, (10, 1))))
    points = random.normal(size=(100, 3)) + [0.0, 0.0, 8.0]
    which = np.stack((random.integers(0, 10, BLOCKS), random.integers(0, 100, BLOCKS)), axis=1)
    inputs = (cameras, points, random.uniform(0.5, 1.5, BLOCKS), which,
              random.uniform(200.0, 400.0, (BLOCKS, 2)), np.zeros((BLOCKS, 2, 15)))  # fmt: skip
    return Case("blocks", BLOCKS, blocks, blocks, inputs, (5,), cpp=BLOCKS_CPP)


def _products(jit: bool) -> tuple[Call, Call]:
    x, v = np.linspace(0.5, 1.5, 1000), np.cos(np.arange(1000.0))
    gradient = srcgrad.grad(rosenbrock, jit=jit)
    return lambda: srcgrad.hvp(rosenbrock, (x,), (v,), jit=jit), lambda: gradient(x)


def _tangents(jit: bool) -> tuple[Call, Call]:
    u = np.linspace(0.0, 1.0, 200)
    moved = np.random.default_rng(0).normal(size=(TANGENTS, 200)), None
    primal = srcgrad.compiled(heated) if jit else heated
    return lambda: srcgrad.jvp(heated, (u, 0.2), moved, jit=jit), lambda: primal(u, 0.2)


def _blocks() -> tuple[Call, Call]:
    case = block_case()
    compiled = srcgrad.compiled(blocks)
    by_hand = adapters.by_hand_cpp(case)
    np.testing.assert_allclose(compiled(*case.inputs), by_hand()[0], 1e-9, 1e-9)
    return lambda: compiled(*case.inputs), by_hand


def _sparse() -> tuple[Call, Call]:
    adapters.module("scipy.sparse")
    x = np.linspace(0.5, 1.5, 1000)
    sparse, dense = srcgrad.hessian(rosenbrock, sparse=True), srcgrad.hessian(rosenbrock)
    return lambda: sparse(x), lambda: dense(x)


ROWS: dict[str, tuple[Callable[[], tuple[Call, Call]], float]] = {
    "Hessian-vector product over the gradient": (lambda: _products(False), 4.0),
    "Hessian-vector product over the gradient, jit": (lambda: _products(True), 4.0),
    f"{TANGENTS} tangents over the primal": (lambda: _tangents(False), 1.0 + 1.5 * TANGENTS),
    f"{TANGENTS} tangents over the primal, jit": (lambda: _tangents(True), 1.0 + TANGENTS),
    f"{BLOCKS} Jacobians of 2 x 15, jit, over C++": (_blocks, 1.5),
    "Hessian of Rosenbrock, n = 1000, sparse over dense": (_sparse, 0.1),
}


def run(effort: Effort) -> tuple[dict[str, tuple[float, float, float]], str]:
    """Seconds of both calls of each row, and their ratio; then why something is missing."""
    found: dict[str, tuple[float, float, float]] = {}
    missing = []
    for name, (pair, _) in ROWS.items():
        try:
            outer, inner = pair()
            outer(), inner()
            times = measure({"outer": outer, "inner": inner}, effort)
            a, b = times["outer"], times["inner"]
            found[name] = a.median, b.median, a.ratio(b)
        except Exception as error:  # the report says why the row is missing
            missing.append(f"{name}: {adapters.explain(error)}")
    return found, "; ".join(missing)
