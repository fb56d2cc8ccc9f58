"""Objects of SciPy's that are taken apart as those of the user's are: by which attributes.

What their methods do is in ``definitions``. They are put together where code that is not followed takes
them, and results of such code of these classes are taken apart.
"""

from __future__ import annotations

import functools
from typing import Any

# by the name of a class that they derive from: what an object is made of
STATES = {
    "_cs_matrix": ("data", "indices", "indptr", "_shape"),
    "_coo_base": ("data", "coords", "_shape"),
    "_dia_base": ("data", "offsets", "_shape"),
    "MatrixLinearOperator": ("A", "shape"),
    "PPoly": ("c", "x", "extrapolate", "axis"),
    "BSpline": ("t", "c", "k", "extrapolate", "axis"),
    "UnivariateSpline": ("_eval_args", "ext"),
    "_BivariateSplineBase": ("tck", "degrees"),
    "RegularGridInterpolator": ("grid", "values", "method", "bounds_error", "fill_value"),
    "LinearNDInterpolator": ("points", "values", "values_shape", "fill_value", "scale"),
    "CloughTocher2DInterpolator": (
        *("points", "values", "values_shape", "fill_value", "scale", "offset"),
        "grad",
    ),
    "NearestNDInterpolator": ("points", "values", "scale", "tree"),
    "RBFInterpolator": (
        "y",
        "kernel",
        "epsilon",
        "powers",
        "d_shape",
        "neighbors",
        "_shift",
        "_scale",
        "_coeffs",
    ),
    "rv_frozen": ("dist", "args", "kwds"),
    **dict.fromkeys(("Normal", "Uniform", "Logistic", "Binomial"), ("_parameters",)),
    "gaussian_kde": ("dataset", "covariance", "weights"),
    "multivariate_normal_frozen": ("mean", "cov_object", "allow_singular"),
    "CovViaPSD": ("_LP", "_log_pdet", "_rank", "_allow_singular"),
    "TransferFunction": ("num", "den", "dt", "inputs", "outputs"),
    "ZerosPolesGain": ("zeros", "poles", "gain", "dt", "inputs", "outputs"),
    "StateSpace": ("A", "B", "C", "D", "dt", "inputs", "outputs"),
    "Bounds": ("lb", "ub", "keep_feasible"),
    "LinearConstraint": ("A", "lb", "ub", "keep_feasible"),
    "NonlinearConstraint": (
        *("fun", "lb", "ub", "jac", "hess", "keep_feasible"),
        *("finite_diff_rel_step", "finite_diff_jac_sparsity"),
    ),
    "interp1d": (
        "x",
        "y",
        "axis",
        "_kind",
        "bounds_error",
        "_extrapolate",
        "_fill_value_below",
        "_fill_value_above",
    ),
}


@functools.lru_cache(maxsize=256)
def state_of(cls: Any) -> tuple[str, ...] | None:
    """The attributes that say all of an object of a class; None of any other class."""
    for base in getattr(cls, "__mro__", ()):
        if str(base.__module__).startswith("scipy.") and base.__name__ in STATES:
            return tuple([_stored(base, name) for name in STATES[base.__name__]])
    return None


def _stored(cls: Any, name: str) -> str:
    """The attribute that holds what a property of this name gives, in newer versions."""
    return f"_{name}" if isinstance(getattr(cls, name, None), property) else name


def is_library(cls: Any) -> bool:
    """Whether a class is SciPy's: what its objects are made of says nothing if it is not in the table."""
    return str(cls.__module__).startswith("scipy.")


# of which there are all attributes
WHOLE = {"MatrixLinearOperator", "PPoly", "BSpline", "LinearTimeInvariant"}


def is_whole(cls: Any) -> bool:
    """Whether an object can be put together of what it is taken apart into."""
    names = {base.__name__ for base in cls.__mro__}
    return state_of(cls) is not None and (is_sparse(cls) or not names.isdisjoint(WHOLE))


def is_sparse(cls: Any) -> bool:
    """Whether objects of a class are sparse matrices of which the format is known."""
    return "_shape" in (state_of(cls) or ())


def is_sparse_otherwise(cls: Any) -> bool:
    """Whether objects of a class are sparse matrices of lists or dicts."""
    return str(cls.__module__).startswith("scipy.sparse.") and cls.__name__.startswith(
        ("lil_", "dok_")
    )


# methods that change the object itself
CHANGING = {
    "__setitem__", "_setdiag", "eliminate_zeros", "prune", "resize", "set_shape", "setdiag",
    "sort_indices", "sum_duplicates",
}  # fmt: skip
