"""The lists of passes: each may be left out, and declares the analyses that it asks for."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

import srcgrad
from srcgrad import pipeline
from srcgrad.ir import analyses
from srcgrad.testing import options
from tests.corpus import REFUSED, tolerances
from tests.drawn import ALL, PARTS
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent
from tests.programs import PROGRAMS

OPTIONAL = sorted(pipeline.optional_passes())
LISTED = {item.name: item for item in (*pipeline.ADJOINT, *pipeline.TANGENT)}
SHARE = 12  # of the corpus, one program in so many for each pass


def share(number):
    """Other programs for each pass; of these a fifth, or all."""
    found = [p for p in PROGRAMS[number % SHARE :: SHARE] if p.name not in REFUSED]
    return found if ALL else found[::PARTS]


@pytest.mark.parametrize("name", OPTIONAL)
def test_programs_agree_without_it(name):
    for program in share(OPTIONAL.index(name)):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            cotangent = random_cotangent(program.f(*program.fresh()))
            with options(off={name}):
                actual = srcgrad.vjp(program.f, program.fresh(), cotangent)
            expected = oracle_vjp(program.f, program.fresh(), cotangent)
        assert_same_gradients(actual, expected, *tolerances(program))


def h(x, k):
    for i in range(1, len(x)):
        x[i] += k * x[i - 1] * x[i] * 2.0 * k
    return x


def test_what_is_left_out_is_not_run(monkeypatch):
    seen = []
    monkeypatch.setattr(pipeline.OPTIONS, "trace", lambda name, function: seen.append(name))
    srcgrad.source(h, np.ones(3), 1.0)
    assert {"simplify", "dead code", "keep", "invariants"} <= set(seen)
    seen.clear()
    with options(off={"invariants"}):
        srcgrad.source(h, np.ones(3), 1.0)
    assert "invariants" not in seen and "simplify" in seen
    seen.clear()
    with options(optimize=False):
        srcgrad.source(h, np.ones(3), 1.0)
    assert not set(seen) & set(OPTIONAL)
    assert "keep" in seen


def test_unknown_passes_are_an_error():
    with pytest.raises(ValueError, match="no optional passes nonsense"):
        with options(off={"nonsense"}):
            pass


def test_passes_declare_the_analyses_that_they_ask_for(monkeypatch):
    asked = {}

    def watching(item):
        def run(work):
            found = []
            with analyses.watched(found.append):
                new = item.run(work)
            asked.setdefault(item.name, set()).update(found)
            return new

        then = tuple(watching(one) for one in item.then)
        return replace(item, run=run, then=then)

    monkeypatch.setattr(pipeline, "ADJOINT", tuple(map(watching, pipeline.ADJOINT)))
    for program in PROGRAMS[::20]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with options(short_axes=False):  # a table of its own: all is generated
                srcgrad.source(program.f, *program.fresh())
    declared = {name: set(LISTED[name].needs) for name in asked}
    assert {n: a for n, a in asked.items() if not a <= declared[n]} == {}
    assert asked["keep"]


def test_facts_that_a_pass_keeps_are_handed_on():
    made = []

    @analyses.analysis
    def size(function):
        made.append(function.name)
        return len(function.body)

    primal = pipeline.elaborate(h, (srcgrad_kind(), pipeline.kindlib.FLOAT))
    first = primal.function
    second = replace(first, name="second")
    assert size(first) == size(first) and made == ["h"]
    analyses.keep(("size",), first, second)
    assert size(second) == size(first) and made == ["h"]
    assert size(replace(first, name="third")) and made == ["h", "third"]


def srcgrad_kind():
    return pipeline.kindlib.array("float64", ("n",))
