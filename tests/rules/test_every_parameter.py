"""No operation hides a derivative: by each parameter it is stated, or zero, or refused.

The rows of the tables serve as examples. Each parameter of each is moved a little; where the result
moves, the rule must have the line that says how, or say nothing, so that the engine refuses it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

import tests.rules as tables
from srcgrad.rules import registry
from srcgrad.rules.lines import stated
from srcgrad.rules.operation import OPS, REQUIRED, Op
from srcgrad.rules.template import bind
from srcgrad.testing.rulecheck import RuleCheck

from . import Row, row

# what NumPy is about to give up is still called
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

STEPS = (1e-4, 1e-5)
WITHOUT_ROW = {"stop_gradient"}  # on purpose, its derivative is not that of its value


def all_rows() -> Iterator[Row]:
    for module in pkgutil.iter_modules(tables.__path__):
        yield from getattr(importlib.import_module(f"tests.rules.{module.name}"), "ROWS", ())


ROWS = [row for row in all_rows() if row.smooth and row.key not in WITHOUT_ROW]


def values_of(row: Row) -> list[Any]:
    """The arguments of all parameters."""
    found = [getattr(v, "value", v) for v in bind(row.key, list(row.args), row.kwargs)]
    several = [param.several for param in OPS[row.key].params]
    return [tuple(v) if many else v for v, many in zip(found, several, strict=True)]


def takes_floats(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.ndarray) and (
        np.asarray(value).dtype.kind in "fiu" and np.size(value) > 0
    )


def moved(value: Any, step: float) -> Any:
    """A value as floats, a little further in a direction that is its own."""
    if not isinstance(value, np.ndarray):
        return float(value) + step
    direction = np.random.default_rng(5).uniform(0.5, 1.0, value.shape)
    return value.astype(float) + step * direction


def result(op: Op, values: list[Any], place: int, step: float) -> Any:
    """The result with one argument moved, flat; None where it takes no floats."""
    values = list(values)
    values[place] = moved(values[place], step)
    try:
        with np.errstate(all="ignore"):
            y = op.apply(values)
    except (TypeError, ValueError, IndexError, NotImplementedError, np.linalg.LinAlgError):
        return None
    return flat(y)


def flat(y: Any) -> Any:
    """The floating numbers of a result in a line; None if it has others, or none."""
    leaves = y if isinstance(y, tuple | list) else (y,)
    if not leaves or any(np.asarray(leaf).dtype.kind not in "fc" for leaf in leaves):
        return None
    return np.concatenate([np.ravel(leaf) for leaf in leaves])


def slope(op: Op, values: list[Any], place: int) -> Any:
    """The derivative by an argument; None where there is none, or the argument takes no floats."""
    found = []
    for step in STEPS:
        sides = [result(op, values, place, sign * step) for sign in (1.0, -1.0)]
        if any(side is None for side in sides) or sides[0].shape != sides[1].shape:
            return None
        found.append((sides[0] - sides[1]) / (2.0 * step))
    smooth = np.all(np.isfinite(found)) and np.allclose(found[0], found[1], 1e-2, 1e-5)
    return found[1] if smooth else None  # a jump, or a kink


@pytest.mark.parametrize("key", sorted({example.key for example in ROWS}))
def test_no_derivative_is_hidden(key: str) -> None:
    for example in ROWS:
        if example.key == key:
            check_parameters(example)


def test_no_derivative_of_scipy_is_hidden() -> None:
    special = pytest.importorskip("scipy.special")
    from srcgrad.rules import on_demand

    on_demand.load()
    keys = [key for key in OPS if key.startswith("scipy.special.")]
    assert keys
    for key in keys:
        numbers = (0.9, 2.3, 1.7, 0.4)[
            -len([p for p in OPS[key].params if p.default is REQUIRED]) :
        ]
        function = getattr(special, key.rpartition(".")[2])
        for whole in ((), (2,), (2, 1)):  # degrees and orders are whole numbers
            numbers = (*whole, *numbers[len(whole) :])
            with suppress(TypeError):
                function(*numbers)
                break
        check_parameters(row(function, *numbers))


def check_parameters(row: Row) -> None:
    op, values = OPS[row.key], values_of(row)
    with np.errstate(all="ignore"):
        floating = flat(op.apply(values)) is not None
    for place, (param, value) in enumerate(zip(op.params, values, strict=True)):
        if param.several or not floating or not takes_floats(value):
            continue
        found = slope(op, values, place)
        if found is None or np.max(np.abs(found), initial=0.0) < 1e-6:
            continue
        says = stated(row.key)
        assert param.name not in op.shape_only, f"{op.key} does read `{param.name}`"
        assert not op.flat, f"{op.key} has a derivative by `{param.name}`: {found}"
        assert param.name in says.differentiable | says.silent, (
            f"the rule of {op.key} says that it has no derivative by `{param.name}`: {found}"
        )
        if param.name in says.differentiable and not isinstance(value, np.ndarray):
            check_as_float(op, row, param.name, float(value))


def check_as_float(op: Op, row: Row, name: str, value: float) -> None:
    """The line for a number that the row itself passes as an integer, or leaves at its default."""
    names = [param.name for param in op.params]
    args = list(row.args)
    kwargs = dict(row.kwargs)
    if names.index(name) < len(args):
        args[names.index(name)] = value
    else:
        kwargs[name] = value
    check = RuleCheck(op, tuple(args), kwargs, row.rtol, None)
    check.result(None)
    check.prepare(True)
    check.differences(check.adjoints(op.rule))


def test_every_operation_without_a_rule_is_flat_or_known_to_the_sweeps() -> None:
    """``constant`` says that a derivative is zero; of all others it is refused."""
    followed = {key for key, op in OPS.items() if op.rule is None and not op.flat}
    assert not followed & {registry.key_of(f) for f in (np.sign, np.floor, np.argmax)}
    assert {"getitem", "list_of", "apply", "call"} <= followed
