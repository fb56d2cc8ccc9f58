"""Norms, and the factors of their adjoints."""

import numpy as np

from srcgrad import runtime
from tests.overloads import case, layouts, positive, ramp

SINGLE = np.float32

VECTORS = [ramp(3), np.zeros(3), np.array([1.0, 0.0, -1.0]), ramp(1), ramp(3, dtype=SINGLE)]


@case((np.linalg.norm, runtime.norm_factor, runtime.norm_power), *VECTORS)
def norms_of_vectors(x):
    return (
        np.linalg.norm(x, axis=0),
        np.linalg.norm(x, keepdims=True),
        np.linalg.norm(x, 3, axis=0),
        np.linalg.norm(x, 1, axis=-1, keepdims=True),
        np.linalg.norm(x, np.inf, axis=0),
        np.linalg.norm(x, -np.inf, axis=0),
        np.linalg.norm(x, 0, axis=0),
        np.linalg.norm(x, 2.5, axis=0),
    )


@case((runtime.norm_factor, runtime.norm_power), *VECTORS[:-1], ramp(6, dtype=SINGLE)[::2])
def factors_of_vectors(x):
    return (
        runtime.norm_factor(x, np.linalg.norm(x)),
        runtime.norm_factor(x, np.linalg.norm(x, 2), 2),
        runtime.norm_factor(x, np.linalg.norm(x, 3), 3),
        runtime.norm_factor(x, np.linalg.norm(x, 2.5), 2.5),
        runtime.norm_factor(x, np.linalg.norm(x, 1), 1),
        runtime.norm_factor(x, np.linalg.norm(x, 0.5), 0.5),
        runtime.norm_factor(x, np.linalg.norm(x, np.inf), np.inf),
        runtime.norm_factor(x, np.linalg.norm(x, -np.inf), -np.inf),
        runtime.norm_factor(x, np.linalg.norm(x, 0), 0),
        runtime.norm_factor(x, np.linalg.norm(x), None, 0),
    )


@case((runtime.norm_factor, runtime.norm_power), 3)
def powers_of_norms(p):
    return (
        runtime.norm_power(None),
        runtime.norm_power(2),
        runtime.norm_power(p),
        runtime.norm_power(2.5),
        runtime.norm_power(0),
        runtime.norm_power(np.inf),
        runtime.norm_power(-np.inf),
        runtime.norm_power("fro"),
        runtime.norm_power("nuc"),
    )


@case(runtime.norm_factor, ramp(3), np.array([1.0, 0.0, -1.0]))
def second_factors_of_vectors(x):
    r = np.linalg.norm(x, 3)
    return (
        runtime.norm_factor(x, np.linalg.norm(x), None, None, False, 1),
        runtime.norm_factor(x, r, 3, None, False, 1),
        runtime.norm_factor(x, r, 3, None, False, 2),
        runtime.norm_factor(x, r, 3, None, False, 3),
        runtime.norm_factor(x, np.linalg.norm(x, 1), 1, None, False, 1),
        runtime.norm_factor(x, np.linalg.norm(x, np.inf), np.inf, None, False, 1),
    )


MATRICES = [
    ramp(2, 3),
    np.array([[0.0, 0.0], [1.0, -1.0]]),
    layouts(2, 3, dtype=SINGLE)[1],
    positive(1, 3),
]


@case((np.linalg.norm, runtime.norm_factor), *MATRICES)
def norms_of_rows(x):
    euclidean = np.linalg.norm(x, axis=1)
    third = np.linalg.norm(x, 3, axis=0, keepdims=True)
    largest = np.linalg.norm(x, np.inf, axis=-1)
    whole = np.linalg.norm(x, "fro", axis=(0, 1))
    return (
        euclidean,
        runtime.norm_factor(x, euclidean, None, 1),
        third,
        runtime.norm_factor(x, third, 3, 0, True),
        largest,
        runtime.norm_factor(x, largest, np.inf, -1),
        whole,
        runtime.norm_factor(x, whole, "fro", (0, 1)),
        np.linalg.norm(x, keepdims=True),
        runtime.norm_factor(x, np.linalg.norm(x)),
        runtime.norm_factor(x, np.linalg.norm(x), "fro"),
    )
