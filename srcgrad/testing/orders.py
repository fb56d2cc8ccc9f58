"""``check_grads``: derivatives of a function to some order, by every mix of modes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.calls.along import gradient_of, tangent_of
from srcgrad.dispatch.inputs import check_inputs
from srcgrad.ir.trees import leaves
from srcgrad.testing.agreement import copied, dtype_of, map_leaves
from srcgrad.tracebacks import hiding

MODES = ("forward", "reverse")
STEP = 1e-4
SINGLE = 3e-3  # what float32 is good for, beside values of about 1


@hiding
def check_grads(
    f: Callable[..., Any],
    inputs: tuple[Any, ...],
    order: int = 2,
    modes: tuple[str, ...] = MODES,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-7,
    seed: int = 0,
) -> None:
    """Check derivatives of ``f`` at ``inputs`` up to ``order``, by all mixes of ``modes``.

    In each order, the tangent in a random direction ("forward") is compared with differences, and
    so is the gradient for a random cotangent ("reverse"), by its product with the direction; its
    shapes and dtypes are those of the inputs. Then the same is done for the function that gives
    this tangent, and for the one that gives this gradient. With both modes, ``order=2`` checks six
    derivatives, ``order=3`` fourteen. Differences are no judge at kinks.

    Parameters
    ----------
    f : callable
        The function.
    inputs : tuple
        One entry for each parameter: numbers, arrays, nested tuples, lists and dicts of them; float32
        and complex ones, too.
    order : int
        The highest order.
    modes : tuple of str
        Among "forward" and "reverse".
    rtol, atol : float
        How far products may differ, beside their size and absolutely.
    seed : int
        Of the random directions.

    Raises
    ------
    AssertionError
        That says which derivative is wrong.
    ValueError
        For other modes, or an order below 1.
    SrcgradError
        What ``srcgrad.vjp`` and ``srcgrad.jvp`` raise.

    Examples
    --------
    >>> srcgrad.testing.check_grads(lambda x: np.sum(np.sin(x) ** 2), (np.array([0.3, 1.2]),))
    """
    unknown = set(modes).difference(MODES)
    if unknown:
        raise ValueError(f"modes is {modes!r}, and its items are among {MODES}")
    if order < 1:
        raise ValueError(f"order is {order}, and the first is 1")
    inputs = check_inputs(inputs)
    _check(f, inputs, order, modes, (rtol, atol), np.random.default_rng(seed), "")


def _check(
    f: Any,
    inputs: tuple[Any, ...],
    order: int,
    modes: tuple[str, ...],
    tolerances: tuple[float, float],
    rng: np.random.Generator,
    path: str,
) -> None:
    direction = tuple(_random(list(inputs), rng))
    value = f(*copied(list(inputs)))
    cotangent = _random(value, rng)
    expected = _inner(cotangent, _differences(f, inputs, direction))

    tangent = functools.partial(tangent_of, f, direction)
    gradient = functools.partial(gradient_of, f, cotangent)
    for mode, derivative in (("forward", tangent), ("reverse", gradient)):
        if mode not in modes:
            continue
        name = f"{mode} of {path}" if path else mode
        found = derivative(*copied(list(inputs)))
        like, other = (value, cotangent) if mode == "forward" else (inputs, direction)
        _same_form(found, like, name)
        _close(_inner(other, found), expected, tolerances, _single((inputs, value)), name)
        if order > 1:
            _check(derivative, inputs, order - 1, modes, tolerances, rng, name)


def _floating(leaf: Any) -> bool:
    return leaf is not None and not isinstance(leaf, str) and dtype_of(leaf).kind in "fc"


def _random(tree: Any, rng: np.random.Generator) -> Any:
    """A direction of this structure; None for what is no floating number."""

    def draw(leaf: Any) -> Any:
        if not _floating(leaf):
            return None
        drawn = rng.uniform(-1.0, 1.0, np.shape(leaf))
        if dtype_of(leaf).kind == "c":
            drawn = drawn + 1j * rng.uniform(-1.0, 1.0, np.shape(leaf))
        found = np.asarray(drawn).astype(dtype_of(leaf))
        return found if isinstance(leaf, np.ndarray) else found[()]

    return map_leaves(draw, tree)


def _differences(f: Any, inputs: tuple[Any, ...], direction: tuple[Any, ...]) -> Any:
    """Central differences along a direction in double precision, of the fourth order."""

    def at(step: float) -> list[Any]:
        moves = iter(_all_leaves(list(direction)))

        def moved(leaf: Any) -> Any:
            move = next(moves)
            if move is None:
                return leaf
            double = np.result_type(leaf, np.float64)
            found = np.asarray(leaf, double) + step * np.asarray(move, double)
            return found if isinstance(leaf, np.ndarray) else found[()]

        return _all_leaves(f(*map_leaves(moved, list(inputs))))

    def slope(step: float, high: Any, low: Any) -> Any:
        return (np.asarray(high) - np.asarray(low)) / (2 * step) if _floating(high) else None

    coarse = [slope(2 * STEP, *pair) for pair in zip(at(2 * STEP), at(-2 * STEP), strict=True)]
    fine = [slope(STEP, *pair) for pair in zip(at(STEP), at(-STEP), strict=True)]
    return [None if a is None else (4 * b - a) / 3 for a, b in zip(coarse, fine, strict=True)]


def _all_leaves(tree: Any) -> list[Any]:
    """The leaves of a structure, with those that are None."""
    found: list[Any] = []
    map_leaves(found.append, tree)
    return found


def _inner(a: Any, b: Any) -> float:
    """The inner product over the reals."""
    pairs = zip(_all_leaves(a), _all_leaves(b), strict=True)
    return float(sum(np.real(np.vdot(x, y)) for x, y in pairs if x is not None and y is not None))


def _single(trees: Any) -> bool:
    """Whether there are numbers of single precision."""
    return any(
        dtype_of(leaf) in (np.float16, np.float32, np.complex64)
        for leaf in leaves(trees)
        if _floating(leaf)
    )


def _same_form(found: Any, like: Any, name: str) -> None:
    """Each floating leaf has a derivative of its shape and dtype."""
    for number, (part, leaf) in enumerate(zip(_all_leaves(found), _all_leaves(like), strict=True)):
        want = (np.shape(leaf), dtype_of(leaf)) if _floating(leaf) else None
        have = None if part is None else (np.shape(part), dtype_of(part))
        assert have == want, f"{name}: leaf {number} has shape and dtype {have}, not {want}"


def _close(
    found: float, expected: float, tolerances: tuple[float, float], single: bool, name: str
) -> None:
    rtol, atol = (max(SINGLE, limit) for limit in tolerances) if single else tolerances
    np.testing.assert_allclose(
        found, expected, rtol, atol, err_msg=f"{name}, against central differences"
    )
