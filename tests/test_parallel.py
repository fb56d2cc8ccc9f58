"""Loops that threads share: no part meets another, and results are those of one thread."""

import os
import zlib

import numpy as np
import pytest

import srcgrad
from srcgrad.dispatch import derivative
from srcgrad.loopform import parallel
from tests.interleaved import interleaved
from tests.programs import PROGRAMS
from tests.test_compiled import assert_same, cotangent_of

numba = pytest.importorskip("numba")


@pytest.fixture
def eager(monkeypatch, tmp_path):
    """All loops are shared that may be, however little they do."""
    monkeypatch.setattr(parallel, "WORTH", 0)
    monkeypatch.setattr(parallel, "COPY", 0)
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(derivative.Active, "table", derivative.Table())


@pytest.fixture
def in_turns(eager, monkeypatch):
    """Loop form is run as Python, its parts in turns; a list of the functions that had some."""
    from srcgrad.backend import compile as compiler

    found = []

    def jitted(function, args, layout):
        made = interleaved(function)
        assert layout.parallel == (made is not function)
        found.extend([function] if layout.parallel else [])
        return made

    monkeypatch.setattr(compiler, "jitted", jitted)
    return found


PART = 200


def chosen():
    """The programs to run: all, or a part that does not depend on their order."""
    if os.environ.get("SRCGRAD_FULL"):
        return PROGRAMS
    return sorted(PROGRAMS, key=lambda program: zlib.crc32(program.name.encode()))[:PART]


@pytest.mark.parametrize("program", chosen(), ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_program(program, in_turns):
    rng = np.random.default_rng(zlib.crc32(program.name.encode()))
    cotangent = cotangent_of(program.f(*program.fresh()), rng)
    expected = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent)
    options = {"jit": True, "parallel": True}
    try:
        actual = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent, **options)
    except srcgrad.CompileError as error:
        pytest.skip(str(error).splitlines()[0])
    assert_same(actual, expected)
