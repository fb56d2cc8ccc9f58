"""Generated source, compared to the letter with ``golden/expected`` and then executed.

``SRCGRAD_UPDATE_GOLDEN=1 pytest tests/test_golden.py`` writes the files anew: read the difference.
"""

import os
from pathlib import Path

import numpy as np
import pytest

import srcgrad
from tests.golden.programs import GOLDEN
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

EXPECTED = Path(__file__).parent / "golden" / "expected"
EXAMPLES = {"shapes_unknown": tuple(np.linspace(1.0, 2.0, n).reshape(-1, 1) for n in (3, 1, 3))}


@pytest.mark.parametrize("name", GOLDEN)
def test_source(name):
    f, inputs = GOLDEN[name]
    text = srcgrad.source(f, *inputs)
    path = EXPECTED / f"{name}.py"
    if os.environ.get("SRCGRAD_UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", GOLDEN)
def test_expected_source_runs_and_is_right(name):
    f, inputs = GOLDEN[name]
    inputs = EXAMPLES.get(name, inputs)
    namespace = {}
    exec((EXPECTED / f"{name}.py").read_text(), namespace)
    cotangent = random_cotangent(f(*inputs))
    actual = namespace[f"{name}_vjp"](*inputs, cotangent)
    assert_same_gradients(actual, oracle_vjp(f, inputs, cotangent), 1e-7, 1e-9)


def test_no_file_is_left_over():
    assert {path.stem for path in EXPECTED.glob("*.py")} == set(GOLDEN)
