"""All that srcgrad says of a program: value, gradient and tangent, in value, shape and dtype."""

from __future__ import annotations

import contextlib
import zlib
from typing import Any

import numpy as np

from tests.oracle import assert_same_gradients, is_differentiable, leaves
from tests.randomgen.program import Program

Found = tuple[Any, Any, tuple[Any, ...]]  # the value or None, the gradients, the tangents' inputs


def positions(inputs: tuple[Any, ...]) -> tuple[int, ...]:
    """The inputs that have a gradient."""
    return tuple(
        number
        for number, given in enumerate(inputs)
        if any(is_differentiable(leaf) for _, leaf in leaves(given))
    )


def gradients(package: Any, program: Program, mode: str, inputs: tuple, cotangent: Any) -> Any:
    """``(value, gradients)`` by one of the ways to ask for them; the value of ``vjp`` is None."""
    f = program.function
    if mode == "compiled":
        return package.value_and_vjp(f, inputs, cotangent, jit=True)
    if "aux" in program.features:
        chosen = positions(inputs)
        value, found = package.value_and_grad(f, chosen, has_aux=True)(*inputs)
        every = [None] * len(inputs)
        for number, gradient in zip(chosen, found, strict=True):
            every[number] = gradient
        return value, tuple(every)
    way = way_of(program)
    if way == 0:
        return None, package.vjp(f, inputs, cotangent)
    if way == 1:
        return package.value_and_vjp(f, inputs, cotangent)
    value, pull = package.pullback(f, *inputs)
    return value, pull(cotangent)


def way_of(program: Program) -> int:
    """Which of three ways is taken."""
    return zlib.crc32(program.name.encode()) % 3


def direction(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """A tangent for each input, of its kind; None for what is no floating number."""
    random = np.random.default_rng(1)

    def of(given: Any) -> Any:
        if isinstance(given, list):
            return [of(item) for item in given]
        if not is_differentiable(given):
            return None
        drawn = random.uniform(-1.0, 1.0, np.shape(given))
        return np.asarray(drawn, given.dtype) if isinstance(given, np.ndarray) else float(drawn)

    return tuple(of(given) for given in inputs)


def assert_same_value(
    value: Any, expected: Any, single: bool = False, path: str = "the value"
) -> None:
    """Assert equality of containers, arrays or numbers, dtypes, shapes, and values nearly to the bit."""
    if isinstance(expected, (tuple, list, dict)):
        assert type(value) is type(expected), f"{path} is a {type(value).__name__}"
        keys = list(expected) if isinstance(expected, dict) else range(len(expected))
        assert len(value) == len(expected), f"{path} has {len(value)} items"
        for key in keys:
            assert_same_value(value[key], expected[key], single, f"{path}[{key!r}]")
        return
    mine, its = np.asarray(value), np.asarray(expected)
    assert isinstance(value, np.ndarray) == isinstance(expected, np.ndarray), f"{path}: {value!r}"
    assert (mine.dtype, mine.shape) == (its.dtype, its.shape), f"{path}: {mine.dtype}, {mine.shape}"
    close = 1e-4 if single else 1e-11
    assert np.allclose(mine, its, close, close, equal_nan=True), f"{path}: {value!r} {expected!r}"


def assert_tangent(
    program: Program, tangent: Any, value: Any, expected: tuple, moved: tuple
) -> None:
    """Assert that the tangent is of the value's form, and that its product with the cotangent is
    that of the gradient with the direction."""
    single = "float32" in program.features
    left = right = 0.0
    size = 1.0
    for (path, y_dot), (_, y), (_, y_bar) in zip(
        leaves(tangent), leaves(value), leaves(program.cotangent), strict=True
    ):
        mine, its = np.asarray(y_dot), np.asarray(y)
        same = (mine.dtype, mine.shape) == (its.dtype, its.shape)
        assert same, f"the tangent{path}: {mine.dtype}, {mine.shape} of {its.dtype}, {its.shape}"
        if y_bar is not None:
            left += np.sum(mine * y_bar, dtype=np.float64)
            size += np.sum(np.abs(mine * y_bar), dtype=np.float64)
    for (_, x_bar), (_, x_dot) in zip(leaves(expected), leaves(moved), strict=True):
        if x_bar is not None:
            right += np.sum(np.asarray(x_bar, np.float64) * x_dot)
            size += np.sum(np.abs(np.asarray(x_bar, np.float64) * x_dot))
    if np.isfinite(size):
        close = abs(left - right) <= (5e-3 if single else 1e-7) * size
        assert close, f"by the tangent {left!r}, by the gradient {right!r}"
    else:
        assert not np.isfinite(right) or np.isfinite(left), f"the tangent is {tangent!r}"


def assert_gradients(program: Program, actual: Any, expected: tuple[Any, ...]) -> None:
    """Assert equality of structure, shape, dtype and, at the scale of each gradient, value."""
    single = "float32" in program.features
    for position, (ours, theirs) in enumerate(zip(actual, expected, strict=True)):
        sizes = [
            np.max(np.abs(leaf), initial=0.0) for _, leaf in leaves(theirs) if leaf is not None
        ]
        scale = max([1.0, *(size for size in sizes if np.isfinite(size))])
        try:
            assert_same_gradients(
                ours, theirs, 5e-3 if single else 1e-7, (5e-3 if single else 1e-9) * scale
            )
        except AssertionError as error:
            raise AssertionError(f"input {position}: {error}") from None


def assert_unchanged(program: Program, inputs: tuple[Any, ...], cotangent: Any) -> None:
    """Assert that inputs and cotangent hold what they held, bit for bit."""
    given = [*leaves(program.inputs), *leaves(program.cotangent)]
    for (path, before), (_, after) in zip(
        given, [*leaves(inputs), *leaves(cotangent)], strict=True
    ):
        if np.asarray(before).tobytes() != np.asarray(after).tobytes():
            raise AssertionError(f"an input or the cotangent changed at {path or 'its top'}")


@contextlib.contextmanager
def raising(error: Exception | None):
    """What the primal raises must come from the block, of the same class and message; else nothing."""
    try:
        yield
    except Exception as found:
        if error is None or (type(found), str(found)) != (type(error), str(error)):
            raise
    else:
        assert error is None, f"{type(error).__name__} is lost: {error}"
