"""The references that srcgrad's gradients are compared with.

`oracle_vjp` runs the unmodified primal on arrays of tape scalars (exact, at kinks and ties by
torch's conventions); `central_differences` needs a smooth program; `torch_vjp` needs the program
written in torch.
`assert_same_gradients` compares structure, shape and dtype as well as values.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import oracle_linalg  # noqa: F401  (registers its functions)
from .oracle_arrays import Scalar, TapeArray, box, each, sweep, values
from .oracle_namespace import on_tape

# --- structures: a leaf is an array or a number, whatever is not a tuple, list or dict


def map_structure(leaf: Callable, *structures: Any) -> Any:
    """Apply `leaf` to the corresponding leaves of structures of one form."""
    first = structures[0]
    if isinstance(first, tuple | list):
        items = [map_structure(leaf, *parts) for parts in zip(*structures, strict=True)]
        return type(first)(*items) if hasattr(first, "_fields") else type(first)(items)
    if isinstance(first, dict):
        return {key: map_structure(leaf, *(s[key] for s in structures)) for key in first}
    return leaf(*structures)


def leaves(structure: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves with their paths, such as `[0]['w']`."""
    if isinstance(structure, tuple | list):
        for i, item in enumerate(structure):
            yield from leaves(item, f"{path}[{i}]")
    elif isinstance(structure, dict):
        for key, item in structure.items():
            yield from leaves(item, f"{path}[{key!r}]")
    else:
        yield path, structure


def is_differentiable(x: Any) -> bool:
    """Whether `x` is a float or an array of floats: what gets a gradient."""
    if isinstance(x, Scalar | TapeArray):
        return True
    return isinstance(x, float | np.floating) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def random_cotangent(output: Any, seed: int = 0) -> Any:
    """A cotangent of the output's structure, shapes and dtypes; None for what is not a float."""
    rng = np.random.default_rng(seed)

    def leaf(y: Any) -> Any:
        if not is_differentiable(y):
            return None
        drawn = rng.uniform(0.5, 1.5, np.shape(y)) * rng.choice([-1.0, 1.0], np.shape(y))
        return float(drawn) if type(y) is float else np.asarray(drawn, y.dtype)[()]

    return map_structure(leaf, output)


# --- operator overloading


def oracle_value_and_vjp(f: Callable, inputs: tuple, cotangent: Any = None) -> tuple[Any, tuple]:
    """The value of `f(*inputs)` in float64, and one gradient per input.

    `cotangent` has the output's structure; None stands for 1 where the output is one number.
    The gradient of what is not a float is None. Inputs are not changed.
    """
    given: list[Any] = []

    def lift(x: Any) -> Any:
        if not is_differentiable(x):
            given.append(None)
            return copy.deepcopy(x)
        lifted = each(Scalar, x)
        given.append(lifted.copy() if isinstance(lifted, np.ndarray) else lifted)
        return box(lifted) if np.shape(x) == () and isinstance(x, np.ndarray) else lifted

    with np.errstate(all="ignore"):
        output = on_tape(f)(*map_structure(lift, tuple(inputs)))
        plain = map_structure(values, output)
        seeds: list[tuple[Any, float]] = []
        for (path, y), (_, y_bar) in _seeded(output, cotangent):
            if np.shape(y) != np.shape(y_bar):
                raise ValueError(f"output{path}: {np.shape(y)}, cotangent: {np.shape(y_bar)}")
            elements = np.asarray(y, dtype=object).ravel()
            seeds.extend(zip(elements, np.ravel(np.asarray(y_bar, np.float64)), strict=True))
        sweep(seeds)
    remaining = iter(given)

    def gradient(x: Any) -> Any:
        scalars = next(remaining)
        if scalars is None:
            return None
        return _in_the_kind_of(x, np.asarray(each(lambda s: s.adjoint, scalars), np.float64))

    return plain, map_structure(gradient, tuple(inputs))


def oracle_vjp(f: Callable, inputs: tuple, cotangent: Any = None) -> tuple:
    """One gradient per input; see `oracle_value_and_vjp`."""
    return oracle_value_and_vjp(f, inputs, cotangent)[1]


def _seeded(output: Any, cotangent: Any) -> Iterator[tuple]:
    if cotangent is None:
        if not is_differentiable(output) or np.shape(output) != ():
            raise ValueError("an output that is not one number needs a cotangent")
        cotangent = 1.0
    for pair in zip(leaves(output), leaves(cotangent), strict=True):
        if is_differentiable(pair[0][1]) and pair[1][1] is not None:
            yield pair


def _in_the_kind_of(x: Any, gradient: np.ndarray) -> Any:
    if isinstance(x, np.ndarray):
        return gradient.astype(x.dtype).reshape(x.shape)
    return type(x)(gradient)


# --- finite differences


def in_double(value: Any) -> Any:
    """A number or array in double precision, of the shape that it has."""
    return value.astype(np.float64) if isinstance(value, np.ndarray) else np.float64(value)


def central_differences(f: Callable, inputs: tuple, cotangent: Any = None) -> tuple:
    """Gradients by central differences of fourth order, in float64, one element at a time."""
    wide = map_structure(
        lambda x: in_double(x) if is_differentiable(x) else x, tuple(copy.deepcopy(inputs))
    )

    def objective(moved: tuple) -> float:
        output = f(*copy.deepcopy(moved))
        if cotangent is None:
            return float(output)
        return sum(
            float(np.vdot(np.asarray(y_bar, np.float64), np.asarray(y, np.float64)))
            for (_, y), (_, y_bar) in zip(leaves(output), leaves(cotangent), strict=True)
            if y_bar is not None and is_differentiable(y)
        )

    def by_leaf(at: int, x: Any) -> Any:
        if not is_differentiable(x):
            return None
        gradient = np.zeros(np.shape(x))
        for index in np.ndindex(np.shape(x)):
            step = 1e-3 * max(abs(float(np.asarray(x)[index])), 1e-2)

            def moved(distance: float, index: tuple = index) -> float:
                other = np.array(x, dtype=np.float64)
                other[index] += distance
                count = iter(range(at + 1))
                replacement = other if isinstance(x, np.ndarray) else float(other)
                return objective(
                    map_structure(lambda y: replacement if next(count, -1) == at else y, wide)
                )

            near, far = moved(step) - moved(-step), moved(2 * step) - moved(-2 * step)
            gradient[index] = (8.0 * near - far) / (12.0 * step)
        return gradient

    numbered = iter(range(len(list(leaves(tuple(inputs))))))

    def gradient(original: Any, x: Any) -> Any:
        found = by_leaf(next(numbered), x)
        return None if found is None else _in_the_kind_of(original, found)

    with np.errstate(all="ignore"):
        return map_structure(gradient, tuple(inputs), wide)


# --- torch


def torch_vjp(f: Callable, inputs: tuple, cotangent: Any = None) -> tuple:
    """What `y.backward(cotangent)` leaves in `x.grad`, for `f` written in torch.

    Arrays and floats become leaf tensors; a gradient that torch leaves at None is zero.
    """
    import torch

    def tensor(x: Any) -> Any:
        if isinstance(x, np.ndarray | np.generic):
            made = torch.from_numpy(np.array(x))
        elif isinstance(x, float):
            made = torch.tensor(x, dtype=torch.float64)
        else:
            return x
        return made.requires_grad_() if is_differentiable(x) else made

    tensors = map_structure(tensor, tuple(copy.deepcopy(inputs)))
    output = f(*tensors)
    if cotangent is None:
        output.backward()
    else:
        pairs = [
            (y, torch.as_tensor(y_bar, dtype=y.dtype))
            for (_, y), (_, y_bar) in zip(leaves(output), leaves(cotangent), strict=True)
            if y_bar is not None and isinstance(y, torch.Tensor) and y.requires_grad
        ]
        if pairs:
            torch.autograd.backward(*map(list, zip(*pairs, strict=True)))

    def gradient(x: Any, leaf: Any) -> Any:
        if not is_differentiable(x):
            return None
        found = np.zeros(np.shape(x)) if leaf.grad is None else leaf.grad.numpy()
        return _in_the_kind_of(x, np.asarray(found))

    return map_structure(gradient, tuple(inputs), tensors)


# --- comparison


def assert_same_gradients(got: Any, want: Any, rtol: float = 1e-9, atol: float = 1e-12) -> None:
    """Raise an AssertionError unless `got` is `want` in structure, shape, dtype and value.

    A Python float and a np.float64 scalar count as one kind; nan equals nan.
    """
    problems = list(_differences(got, want, "gradient", rtol, atol))
    if problems:
        raise AssertionError("\n".join(problems))


def _differences(got: Any, want: Any, path: str, rtol: float, atol: float) -> Iterator[str]:
    if isinstance(want, tuple | list | dict):
        if type(got) is not type(want):
            yield f"{path}: {type(got).__name__}, not {type(want).__name__}"
            return
        keys = list(want) if isinstance(want, dict) else list(range(len(want)))
        got_keys = list(got) if isinstance(got, dict) else list(range(len(got)))
        if sorted(map(str, keys)) != sorted(map(str, got_keys)):
            yield f"{path}: has {got_keys}, not {keys}"
            return
        for key in keys:
            yield from _differences(got[key], want[key], f"{path}[{key!r}]", rtol, atol)
    elif want is None or got is None:
        if want is not got:
            yield f"{path}: {_shown(got)}, not {_shown(want)}"
    elif not is_differentiable(got):
        yield f"{path}: {type(got).__name__} is not a float or an array of floats"
    elif isinstance(got, np.ndarray) != isinstance(want, np.ndarray):
        yield f"{path}: {type(got).__name__}, not {type(want).__name__}"
    elif np.shape(got) != np.shape(want):
        yield f"{path}: shape {np.shape(got)}, not {np.shape(want)}"
    elif np.asarray(got).dtype != np.asarray(want).dtype:
        yield f"{path}: {np.asarray(got).dtype}, not {np.asarray(want).dtype}"
    elif not np.allclose(got, want, rtol, atol, equal_nan=True):
        with np.errstate(invalid="ignore"):
            wrong = ~np.isclose(got, want, rtol, atol, equal_nan=True)
        count = f"{np.sum(wrong)} of {np.size(want)} elements differ"
        yield f"{path}: {count}\n  got  {_shown(got)}\n  want {_shown(want)}"


def _shown(x: Any) -> str:
    return np.array2string(np.asarray(x), precision=10, threshold=60, prefix="  want ")


__all__ = [
    "assert_same_gradients",
    "central_differences",
    "is_differentiable",
    "leaves",
    "map_structure",
    "oracle_value_and_vjp",
    "oracle_vjp",
    "random_cotangent",
    "torch_vjp",
]
