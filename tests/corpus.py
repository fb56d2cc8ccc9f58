"""What tests of whole programs share: tolerances, inner products, steps along a direction."""

import os

import numpy as np

from tests.oracle import is_differentiable, leaves, map_structure

MODES = {
    "specialised": {},
    "generic": {"specialize": False},
    "unoptimised": {"optimize": False},
}
if asked := os.environ.get("SRCGRAD_MODES"):  # what they differ in is no matter of Python's version
    MODES = {name: MODES[name] for name in asked.split()}
REFUSED = ("convolution_by_windows", "convolution_by_strides")  # views that overlap themselves


def single(program):
    """Whether single precision limits the agreement."""
    return any(word in program.name for word in ("astype", "single")) or any(
        getattr(value, "dtype", None) == np.float32 for _, value in leaves(program.fresh())
    )


def tolerances(program):
    return (1e-4, 1e-5) if single(program) else (1e-7, 1e-9)


def inner_product(a, b):
    """Of two structures; what is None counts as zero."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return sum(
        float(np.sum(np.float64(x) * np.float64(y)))
        for (_, x), (_, y) in pairs
        if x is not None and y is not None
    )


def moved(value, direction, step):
    """Inputs a step along a direction."""
    return map_structure(
        lambda x, d: (
            x
            if d is None
            else type(x)(x + step * d)
            if np.isscalar(x)
            else np.asarray(x + x.dtype.type(step) * d)
        ),
        value,
        direction,
    )


def assert_tangent_of(tangent, value):
    """A tangent has the shape and dtype of its value; None belongs to what is no float."""
    if not is_differentiable(value):
        assert tangent is None
        return
    assert np.shape(tangent) == np.shape(value)
    assert np.asarray(tangent).dtype == np.asarray(value).dtype
