"""Tests of the derivative rules: one table of rows for each file of ``srcgrad/rules``.

A test module lists ``ROWS`` and runs each through ``run``; ``test_complete`` asserts that every rule
has a row in one of the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcgrad.rules import registry
from srcgrad.testing.checks import check_rule


class Absent:
    """Stands for torch where it is not installed: rows name its functions, and none is called."""

    def __getattr__(self, name: str) -> Absent:
        return self


try:
    import torch
except ImportError:
    torch = Absent()


@dataclass(frozen=True)
class Row:
    """An operation at some arguments; ``torch`` is the same function there, if there is one.

    ``smooth=False``: the point is a kink or a tie, where only torch is a judge.
    """

    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    torch: Callable[..., Any] | None = None
    smooth: bool = True
    rtol: float | None = None

    @property
    def key(self) -> str:
        key = self.function if isinstance(self.function, str) else registry.key_of(self.function)
        return key or repr(self.function)

    def __str__(self) -> str:
        parts = [_brief(arg) for arg in self.args]
        parts += [f"{name}={_brief(value)}" for name, value in self.kwargs.items()]
        return f"{self.key}({', '.join(parts)})"


def row(
    function: Any,
    *args: Any,
    torch: Any = None,
    smooth: bool = True,
    rtol: Any = None,
    **kwargs: Any,
) -> Row:
    return Row(function, args, kwargs, torch, smooth, rtol)


def single(row: Row) -> Row:
    """The row in single precision."""
    return replace(row, args=_single(row.args), kwargs=_single(row.kwargs))


def run(row: Row) -> None:
    """Check the rule of a row by itself, and against torch if it is installed."""
    adjoints = check_rule(
        row.function, row.args, row.kwargs, smooth=row.smooth, rtol=row.rtol, y_bar=_y_bar(row)
    )
    if row.torch is not None and not isinstance(torch, Absent):
        for label, expected in _torch_adjoints(row).items():
            if label in adjoints:
                found = np.asarray(adjoints[label])
                assert found.dtype == expected.dtype and found.shape == expected.shape
                tolerance = 1e-9 if found.dtype == "float64" else 2e-4
                np.testing.assert_allclose(found, expected, tolerance, tolerance, err_msg=label)


def _y_bar(row: Row) -> Any:
    """A cotangent of the kind of the result."""
    if isinstance(row.function, str):
        return None
    with np.errstate(all="ignore"):
        y = row.function(*row.args, **row.kwargs)
    if not isinstance(y, np.ndarray | np.generic | float) or np.asarray(y).dtype.kind != "f":
        return None
    drawn = np.random.default_rng(11).uniform(0.5, 1.5, np.shape(y)).astype(np.asarray(y).dtype)
    return float(drawn) if type(y) is float else drawn if isinstance(y, np.ndarray) else drawn[()]


def _torch_adjoints(row: Row) -> dict[str, Any]:
    """What torch leaves in the gradients, by the names of the operation's parameters."""
    leaves: dict[str, Any] = {}
    operation = registry.OPS[row.key]

    def tensor(label: str, value: Any) -> Any:
        if isinstance(value, list | tuple) and value and not isinstance(value[0], int):
            return tuple(tensor(f"x[{k}]", item) for k, item in enumerate(value))
        if not isinstance(value, np.ndarray | np.generic | float):
            return value
        found = torch.tensor(value, dtype=torch.float64 if type(value) is float else None)
        if found.is_floating_point():
            leaves[label] = found.requires_grad_()
        return found

    if operation.params and operation.params[0].several == "star":
        args = [tensor(f"x[{k}]", value) for k, value in enumerate(row.args)]
    else:
        args = [tensor(p.name, value) for p, value in zip(operation.params, row.args, strict=False)]
    kwargs = {name: tensor(name, value) for name, value in row.kwargs.items()}
    y = row.torch(*args, **kwargs)  # type: ignore[misc]
    y.backward(torch.as_tensor(_y_bar(row), dtype=y.dtype))
    return {
        label: (torch.zeros_like(leaf) if leaf.grad is None else leaf.grad).numpy()
        for label, leaf in leaves.items()
    }


def _single(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(_single(item) for item in value)
    if isinstance(value, dict):
        return {name: _single(item) for name, item in value.items()}
    if isinstance(value, np.ndarray | np.generic) and value.dtype == "float64":
        return value.astype("float32")
    return value


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value)
