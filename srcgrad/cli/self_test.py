"""The test that an exported file has of itself. Its text is written into the file, so it needs NumPy alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def check_adjoint(
    value: Callable[..., Any],
    adjoint: Callable[..., Any],
    inputs: tuple[Any, ...],
    outside: tuple[Any, ...],
    active: tuple[bool, ...],
) -> None:
    """Compare the adjoint with central differences, in random directions.

    ``outside`` is what the function reads beside its inputs; ``active`` says which numbers and
    arrays of the value have a cotangent.
    """
    import numpy as np

    rng = np.random.default_rng(1)

    def flat(tree: Any) -> list[Any]:
        if isinstance(tree, dict):
            tree = list(tree.values())
        if isinstance(tree, (tuple, list)):
            return [leaf for item in tree for leaf in flat(item)]
        return [tree]

    def mapped(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
        if isinstance(tree, dict):
            return {k: mapped(function, v, *(o[k] for o in others)) for k, v in tree.items()}
        if isinstance(tree, (tuple, list)):
            rows = zip(tree, *others)  # noqa: B905
            return type(tree)([mapped(function, *row) for row in rows])
        return function(tree, *others)

    def drawn(leaf: Any) -> Any:
        dtype = np.asarray(leaf).dtype
        if dtype.kind not in "fc":
            return None
        found = rng.uniform(-1.0, 1.0, np.shape(leaf)).astype(dtype)
        if dtype.kind == "c":
            found = found + 1j * rng.uniform(-1.0, 1.0, np.shape(leaf)).astype(found.real.dtype)
        return found if isinstance(leaf, np.ndarray) else found[()]

    def copied(leaf: Any, direction: Any = None, step: float = 0.0) -> Any:
        if direction is None:
            return leaf.copy() if isinstance(leaf, np.ndarray) else leaf
        return (leaf + step * direction).astype(direction.dtype)

    def product(left: Any, right: Any) -> tuple[float, float]:
        total = size = 0.0
        for one, other in zip(left, right, strict=True):
            pairs = zip(flat(one), flat(other), strict=True) if one is not None else ()
            for a, b in pairs:
                if a is not None and b is not None:
                    terms = np.real(np.conj(a) * b)
                    total, size = total + float(np.sum(terms)), size + float(np.sum(np.abs(terms)))
        return total, size

    result = flat(value(*mapped(copied, inputs), *outside))
    assert len(result) == len(active), "the value has another structure"
    leaves = [np.asarray(leaf) for leaf in (*flat(inputs), *result)]
    coarse = any(leaf.dtype.itemsize <= 4 for leaf in leaves if leaf.dtype.kind == "f") or any(
        leaf.dtype.itemsize <= 8 for leaf in leaves if leaf.dtype.kind == "c"
    )
    step, tolerance = (1e-2, 5e-2) if coarse else (1e-5, 1e-6)
    for _ in range(3):
        direction = mapped(drawn, inputs)
        cotangent = [drawn(leaf) if on else None for leaf, on in zip(result, active, strict=True)]
        seeds = [seed for seed in cotangent if seed is not None]
        ends = []
        for sign in (1.0, -1.0):
            moved = mapped(lambda x, v: copied(x, v, sign * step), inputs, direction)  # noqa: B023
            ends.append(product(flat(value(*moved, *outside)), cotangent)[0])
        difference = (ends[0] - ends[1]) / (2.0 * step)
        gradients = adjoint(*mapped(copied, inputs), *outside, *seeds)
        found, size = product(list(gradients), list(direction))
        assert abs(found - difference) <= tolerance * (1.0 + size), (
            f"{adjoint.__name__} gives {found}, central differences give {difference}"
        )
