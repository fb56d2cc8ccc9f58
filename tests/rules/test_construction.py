"""The rules of ``rules/construction.py``."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.rules.operation import infer, key_of
from srcgrad.runtime import linspace_bar

from . import row, run, single

rng = np.random.default_rng(0)
x23, zero_d, empty = rng.normal(size=(2, 3)), np.array(1.5), np.zeros((0, 3))

ROWS = [
    row(np.zeros, 3),
    row(np.zeros, (2, 3), "float32"),
    row(np.ones, (2, 0), dtype=int),
    row(np.ones, (), bool),
    row(np.zeros_like, x23),
    row(np.zeros_like, 2.0),
    row(np.ones_like, empty, dtype=np.float32),
    row(np.full, (2, 3), 2.0),
    row(np.full, 3, np.array([1.0, 2.0, 3.0])),
    row(np.full, 2, zero_d),
    row(np.full, 2, 3),
    row(np.full, 2, 3.0, dtype="float32", smooth=False),
    row(np.full_like, x23, 2.0),
    row(np.full_like, x23, np.array([1.0, 2.0, 3.0])),
    row(np.full_like, np.arange(3), 2.5),
    row(np.eye, 3),
    row(np.eye, 3, 4, 1, int),
    row(np.identity, 3, "float32"),
    row(np.tri, 3, k=-1),
    row(np.indices, (2, 3)),
    row(np.arange, 4),
    row(np.arange, 0, 4),
    row(np.arange, 1, 4, 2),
    row(np.arange, 3.5),
    row(np.arange, 0.5, 3.2),
    row(np.arange, 0.0, 1.0, 0.3),
    row(np.arange, 3, dtype="float32"),
    row(np.linspace, 1.0, 2.0, 5),
    row(np.linspace, 1.0, 2.0, 5, endpoint=False),
    row(np.linspace, np.float64(1.0), np.array([2.0, 3.0]), 4),
    row(np.linspace, np.array([[1.0], [2.0]]), np.array([2.0, 3.0, 4.0]), 4, axis=-1),
    row(np.linspace, 1.0, 2.0, 1),
    row(np.linspace, 1.0, 2.0, 0),
    row(np.linspace, 0, 2, 3),
    row(np.logspace, 0.0, 1.0, 4),
    row(np.logspace, np.array([0.0, 0.5]), 1.0, 4, base=2.0),
    row(linspace_bar, np.ones(5), (), 0, 5, True, 0),
    row(linspace_bar, np.ones((4, 2)), (2,), 1, 4, False, 0),
    row(np.shape, x23),
    row(np.shape, 2.0),
    row(np.ndim, x23),
    row(np.size, x23),
    row(np.size, x23, -1),
    row(len, x23),
    row(len, (x23, x23)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("precision", [lambda row: row, single], ids=["double", "single"])
def test_rule(row, precision):
    run(precision(row))


def test_empty_and_empty_like_are_like_zeros():
    kind = infer(key_of(np.empty), (Const(3), Const(float)), kinds.of_constant)
    assert kind == kinds.array("float64", (3,))
    x = kinds.array("float32", ("n",))
    kind = infer(key_of(np.empty_like), ("x", Const(None)), lambda _: x)
    assert kind == kinds.array("float32", ("n",))


def test_sizes_are_followed():
    table = {"n": kinds.int_of("n"), "x": kinds.array("float64", ("n", "m"))}

    def kind_of(arg):
        return table[arg] if isinstance(arg, str) else kinds.of_constant(arg.value)

    table["s"] = infer(key_of(np.shape), ("x",), kind_of)
    assert infer(key_of(np.zeros), ("s", Const(float)), kind_of).shape == ("n", "m")
    assert infer(key_of(np.zeros), (("n", Const(2)), Const(float)), kind_of).shape == ("n", 2)
    assert infer(key_of(len), ("x",), kind_of) == table["n"]
    found = infer(key_of(np.reshape), ("x", ("n", Const(-1)), Const("C")), kind_of)
    assert found.shape == ("n", "m")
    wild = infer(
        key_of(np.reshape),
        ("x", "k", Const("C")),
        lambda a: kinds.int_of("k") if a == "k" else kind_of(a),
    ).shape  # k may be -1
    assert wild == ("(n*m)",)
