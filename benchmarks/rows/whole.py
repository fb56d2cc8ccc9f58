"""The whole programs of the corpus, on inputs of a size that is worth timing.

What a program's own inputs lack is only size: where they are small, ``SIZES`` has larger ones.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

import tests.programs.whole  # noqa: F401  (registers the programs)
from tests.programs import PROGRAMS

rng = np.random.default_rng(7)
normal, uniform = rng.normal, rng.uniform


def _matrix(n: int) -> Any:
    return normal(size=(n, n)) + n * np.eye(n)


def _edges(nodes: int, count: int) -> Any:
    return rng.integers(0, nodes, size=(count, 2))


def _rows(n: int, each: int) -> tuple[Any, ...]:
    """A sparse matrix with ``each`` entries a row, a vector, and iterations."""
    indices = np.concatenate([np.sort(rng.choice(n, each, replace=False)) for _ in range(n)])
    return uniform(0.5, 1.5, n * each), indices, np.arange(0, n * each + 1, each), np.ones(n), 5


SIZES: dict[str, tuple[Any, ...]] = {
    "lu_with_partial_pivoting": (normal(size=(40, 40)), normal(size=40)),
    "cholesky_in_place": (normal(size=(40, 40)),),
    "least_squares_by_householder": (normal(size=(60, 20)), normal(size=60)),
    "modified_gram_schmidt": (normal(size=(60, 20)),),
    "triangular_solves": (_matrix(20), normal(size=(20, 4)), True),
    "matrix_free_conjugate_gradients": (normal(size=(100, 100)), normal(size=100), 1e-10),
    "symmetric_jacobi_rotations": (normal(size=(16, 16)), 2),
    "gaussian_mixture_by_em": (normal(size=(2000, 2)), normal(size=(4, 2)), 10),
    "garch_likelihood": (normal(size=1000), 0.1, 0.85, 0.05),
    "recursive_filter": (normal(size=500), np.array([0.5, -0.3]), np.array([1.0, 0.4, 0.2])),
    "cavity_flow": (0.1 * normal(size=(41, 41)), 0.1 * normal(size=(41, 41)), 1.0, 0.1, 1.0, 20),
    "shallow_water_lax_friedrichs": (uniform(1.0, 1.5, 500), 0.1 * normal(size=500), 9.81, 50),
    "advection_with_a_limiter": (normal(size=100), 0.4, 10),
    "traffic_of_intelligent_drivers": (
        np.linspace(0.0, 900.0, 40)[::-1].copy(),
        uniform(8.0, 12.0, 40),
        1.5,
        2.0,
        20,
    ),
    "area_and_centroid": (normal(size=(200, 2)),),
    "reprojection_by_rodrigues": (
        normal(size=(100, 3)) + [0.0, 0.0, 8.0],
        0.1 * normal(size=3),
        normal(size=3),
        (500.0, 320.0, 240.0),
    ),
    "logistic_regression_by_irls": (normal(size=(300, 3)), uniform(0.0, 1.0, 300), 5),
    "adam_descent": (np.array([-0.5, 0.8]), 1.0, 2.0, 0.05, 200),
    "optimal_transport_by_sinkhorn": (
        uniform(0.5, 2.0, (40, 50)),
        uniform(0.1, 1.0, 40),
        uniform(0.1, 1.0, 50),
        0.5,
    ),
    "convolution_with_stride_and_padding": (
        normal(size=(2, 17, 16)),
        normal(size=(3, 2, 3, 3)),
        normal(size=3),
        2,
        1,
    ),
    "residual_block_of_objects": (
        normal(size=(128, 64)),
        [normal(size=(64, 64)), normal(size=64), normal(size=(64, 64)), normal(size=64)],
        normal(size=64),
    ),
    "training_by_hand": (
        normal(size=(200, 2)),
        rng.integers(0, 2, 200),
        {
            "w1": normal(size=(2, 32)),
            "b1": np.zeros(32),
            "w2": normal(size=(32, 2)),
            "b2": np.zeros(2),
        },
        0.1,
    ),
    "gravitating_bodies": (
        normal(size=(12, 2)),
        normal(size=(12, 2)),
        uniform(0.5, 1.5, 12),
        0.05,
        5,
    ),
    "driven_spring_chain": (uniform(0.5, 2.0, 5), 0.1, 0.7, 100),
    "double_pendulum": (np.array([0.4, -0.2, 0.0, 0.1]), (1.0, 0.8), (1.0, 0.6), 0.02, 100),
    "lennard_jones_in_a_box": (
        uniform(0.0, 6.0, (12, 2)),
        0.3 * normal(size=(12, 2)),
        6.0,
        0.002,
        5,
    ),
    "chebyshev_by_clenshaw": (normal(size=50), 0.6, 0.2, 0.3),
    "arithmetic_geometric_means": (uniform(0.5, 1.5, (30, 40)),),
    "gauss_hermite_expectation": (normal(size=500), {"rate": 0.4, "shift": 0.2}),
    "soft_dynamic_time_warping": (normal(size=(20, 2)), normal(size=(25, 2)), 0.7),
    "edit_distance_two_rows": (uniform(0.5, 1.5, 3), 1.0, normal(size=(30, 30))),
    "floyd_warshall": (uniform(0.5, 9.0, (15, 15)),),
    "long_short_term_memory": (
        normal(size=(50, 20)),
        normal(size=(2, 32)),
        {
            "W": [0.2 * normal(size=(52, 32)) for _ in range(4)],
            "b": [normal(size=32) for _ in range(4)],
            "out": normal(size=32),
        },
    ),
    "conditional_random_field": (normal(size=(100, 8)), normal(size=(8, 8)), normal(size=8)),
    "power_iteration_in_sparse_rows": _rows(100, 5),
    "particles_in_cells": (uniform(0.3, 30.0, 2000), normal(size=2000), 32, 0.1, 20),
    "soft_histogram": (normal(size=100), uniform(0.2, 2.0, 100), np.linspace(-2.0, 2.0, 11), 0.4),
    "message_passing_on_a_graph": (
        normal(size=(200, 16)),
        _edges(200, 800),
        [normal(size=(16, 16)) for _ in range(3)],
    ),
    "page_rank": (uniform(0.1, 1.0, (30, 30)), 0.85, 10),
    "heat_in_a_bar": (uniform(0.0, 1.0, 100), 0.25, 50),
    "jacobi_to_tolerance": (normal(size=(50, 50)), uniform(0.0, 1.0, 50), 1e-6),
    "successive_over_relaxation": (normal(size=(20, 20)), 1.3, 1e-6),
    "membrane_by_leapfrog": (normal(size=(60, 60)), uniform(0.2, 0.4, (60, 60)), 50),
    "heat_by_alternating_directions": (normal(size=(15, 16)), 0.4, 3),
    "burgers_upwind": (normal(size=100), 0.05, 0.1, 20),
    "heat_in_a_block": (normal(size=(16, 17, 16)), 0.1, uniform(0.5, 1.5, 3), 20),
    "american_put": (100.0, 105.0, 0.05, 0.3, 1.0, 50),
    "natural_cubic_spline": (np.linspace(0.0, 3.0, 50), normal(size=50), uniform(0.1, 2.9, 50)),
    "neville_interpolation": (np.linspace(0.0, 4.0, 30), normal(size=30), 1.7),
    "haar_shrinkage": (normal(size=1024), 0.1),
    "bezier_by_de_casteljau": (normal(size=(12, 2)), uniform(0.1, 0.9, 10)),
    "barrier_option_implicit": (uniform(80.0, 120.0, 10), uniform(0.1, 0.4, 10), 0.5, 60, 100.0),
}


class Whole:
    """One program with the inputs that it is timed on."""

    def __init__(self, name: str, f: Callable[..., Any], make: Callable[[], Any]) -> None:
        self.name, self.f = name, f
        self.fresh = make
        self.scaled = name in SIZES


def programs() -> list[Whole]:
    """All whole programs of the corpus."""
    found = []
    for p in PROGRAMS:
        if ".whole." in p.f.__module__:
            inputs = SIZES.get(p.name)
            make = p.fresh if inputs is None else (lambda given=inputs: copy.deepcopy(given))
            found.append(Whole(p.name, p.f, make))
    return found
