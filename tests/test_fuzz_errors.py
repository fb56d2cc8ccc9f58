"""Whatever function is passed in, no exception from inside srcgrad reaches the user.

Random syntactically valid functions are differentiated. What is raised must be a `SrcgradError`, or
of the type that the function itself raises on the same inputs.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import itertools
import linecache
import os
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.randomgen.chooser import HypothesisChooser, SeededChooser
from tests.randomgen.limits import Hangs, time_limit
from tests.randomgen.wild import wild_source

COUNT = int(os.environ.get("SRCGRAD_FUZZ", "100"))
SECONDS = 10.0
INPUTS = (0.5, 1.5, np.array([1.0, 2.0]), np.array([[0.5, 1.0], [2.0, 3.0]]), 2)

numbers = itertools.count()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without warnings, which wild functions cause in plenty."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def load(source: str) -> Callable[..., Any]:
    """The module's function `f`, with its source in `linecache`."""
    number = next(numbers)
    filename = f"<wild-function-{number}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"__name__": f"wild_function_{number}"}
    with quiet():
        exec(compile(source, filename, "exec"), namespace)
    return namespace["f"]


def outcome(action: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """What the action returns, and what it raises."""
    try:
        with quiet(), time_limit(SECONDS):
            value = action()
            if inspect.iscoroutine(value):
                value.close()
            return value, None
    except (Exception, Hangs) as error:
        return None, error


def cotangent_of(value: Any) -> Any:
    """Ones for an array or a tuple of floats; None otherwise."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.ones_like(value)
    if isinstance(value, tuple) and all(isinstance(item, float) for item in value):
        return (1.0,) * len(value)
    return None


def check(source: str) -> str:
    """Differentiate the function; return "gradient", "refused", "raises" or "discarded"."""
    import srcgrad

    f = load(source)
    value, primal_error = outcome(lambda: f(*copy.deepcopy(INPUTS)))
    if isinstance(primal_error, Hangs):
        return "discarded"
    cotangent = cotangent_of(value)
    _, error = outcome(lambda: srcgrad.vjp(f, copy.deepcopy(INPUTS), cotangent))
    _, reading_error = outcome(lambda: srcgrad.source(f, *copy.deepcopy(INPUTS)))
    _, inner_error = outcome(lambda: inspect.unwrap(f)(*copy.deepcopy(INPUTS)))
    raised = {type(primal_error), type(inner_error)}  # that of ``lru_cache``, or of what it wraps
    for found, allowed in ((error, raised), (reading_error, ())):
        if found is None or isinstance(found, srcgrad.SrcgradError) or type(found) in allowed:
            continue
        trace = "".join(traceback.format_exception(found))
        raise AssertionError(f"{type(found).__name__} reached the user\n\n{source}\n{trace}")
    if error is None:
        return "gradient"
    return "refused" if isinstance(error, srcgrad.SrcgradError) else "raises"


@pytest.mark.parametrize("start", range(0, COUNT, 100))
def test_no_internal_error_reaches_the_user(start: int) -> None:
    for seed in range(start, min(COUNT, start + 100)):
        check(wild_source(SeededChooser(f"wild/{seed}")))


@settings(
    max_examples=max(20, COUNT // 5),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_no_internal_error_by_hypothesis(data: st.DataObject) -> None:
    check(data.draw(sources()))


@st.composite
def sources(draw: Callable[..., Any]) -> str:
    """Sources of wild functions."""
    return wild_source(HypothesisChooser(draw))


def test_wild_functions_are_of_many_kinds() -> None:
    texts = [wild_source(SeededChooser(f"wild/{seed}")) for seed in range(400)]
    for word in ("try:", "with ", "yield", "async ", "global ", ":=", "lambda", "match ", "class "):
        assert any(word in text for text in texts), word
    assert sum(map(runs, texts)) > 40  # enough of them do not fail at once


def runs(source: str) -> bool:
    """Whether the function runs on the inputs."""
    f = load(source)
    return outcome(lambda: f(*copy.deepcopy(INPUTS)))[1] is None
