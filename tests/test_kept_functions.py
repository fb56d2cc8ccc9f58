"""Functions of libraries that are kept as they are: each does what ``rules/kept.py`` says of it."""

import ast
import contextlib
import copy
import inspect
import sys
import warnings

import numpy as np
import pytest

from srcgrad.ir.nodes import Const
from srcgrad.rules import kept
from srcgrad.rules.kept_functions import HOLDING, LOOKING
from tests.calls import INPUTS, program, rows

NUMPY = "import bisect, copy, statistics"
SCIPY = """
from scipy import fft, interpolate, linalg, ndimage, optimize, signal, spatial, special, stats
from scipy.spatial import distance
"""
ROWS = [pytest.param(row, NUMPY, id=row) for row in rows("kept")] + [
    pytest.param(row, SCIPY, id=row) for row in rows("kept_scipy")
]


def called(row, modules):
    """The call of a row, the function that it calls, and its inputs."""
    if modules is SCIPY:
        pytest.importorskip("scipy")
    f, names = program(row, modules)
    path = ast.unparse(ast.parse(row.split(":", 1)[1].strip(), mode="eval").body.func)
    try:
        function = eval(path, f.__globals__)
    except AttributeError:
        pytest.skip(f"this version has no {path}")
    return f, function, copy.deepcopy([INPUTS[name] for name in names])


def arrays(value, depth=3):
    """The arrays that a value is, holds, or has as attributes."""
    if isinstance(value, np.ndarray):
        return [value]
    if depth == 0 or isinstance(value, str | int | float | type):
        return []
    if isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, list | tuple):
        value = list(getattr(value, "__dict__", {}).values())
    return [found for item in value for found in arrays(item, depth - 1)]


@pytest.mark.parametrize(("row", "modules"), ROWS)
def test_a_known_function_does_what_is_said_of_it(row, modules):
    f, function, inputs = called(row, modules)
    before = copy.deepcopy(inputs)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result = f(*inputs)
    for old, new in zip(before, inputs, strict=True):
        np.testing.assert_array_equal(old, new)
    known = kept.facts_of(function)
    assert not known.writes
    if not known.shares:
        assert not any(np.shares_memory(a, b) for a in arrays(result) for b in arrays(inputs))


def test_each_known_function_has_a_row():
    pytest.importorskip("scipy")
    seen = set()
    for row in ROWS:
        with contextlib.suppress(pytest.skip.Exception):
            seen.add(str(called(*row.values)[1]))
    for table in (LOOKING, HOLDING):
        for module, names in table.items():
            __import__(module) if module != "methods" else None
            for name in names if module != "methods" else ():
                function = getattr(sys.modules[module], name, None)
                assert function is None or str(function) in seen, f"{module}.{name}"


def test_a_changed_keyword_makes_a_function_unknown():
    pytest.importorskip("scipy")
    number = 0
    for row in ROWS:
        try:
            _, function, _ = called(*row.values)
            found = inspect.signature(function).parameters.values()
        except (TypeError, ValueError, pytest.skip.Exception):
            continue
        known = kept.facts_of(function)
        for param in found:
            if kept.changing(param.name) and not (param.name == "copy" and known.shares):
                number += 1
                given = {param.name: Const(not param.default)}
                assert kept.facts_of(function, (), given) == kept.UNKNOWN
                assert kept.facts_of(function, (), {param.name: "a name"}) == kept.UNKNOWN
    assert number > 50
