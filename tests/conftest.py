"""What test modules share: the forms of generated source that a test runs in."""

import gc
import importlib.util
import os
from contextlib import contextmanager

import pytest

from srcgrad import pipeline
from srcgrad.dispatch import choose_table, forget
from srcgrad.errors import CompileError
from srcgrad.testing import options

# Before Numba is imported: tests compile much and run little of it, so LLVM need not do its best
# (`.ci/run` asks for more).
for name, value in {"OPT": "0", "LOOP_VECTORIZE": "0", "SLP_VECTORIZE": "0"}.items():
    os.environ.setdefault(f"NUMBA_{name}", value)

# What makes much that lives shortly need not be looked through so often; modules end with a collection.
gc.set_threshold(50_000, 10, 10)

OPTIONAL = ("numba", "scipy", "matplotlib", "torch", "jax", "pytensor", "dask")
MODES = {"specialised": {}, "generic": {"specialize": False}}


@pytest.fixture(params=MODES)
def mode(request):
    """Run a test with source that knows which shapes are equal, and with source that does not."""
    with options(**MODES[request.param]):
        yield request.param


@pytest.fixture
def interpreted(monkeypatch):
    """Loop form that is not compiled."""
    from srcgrad.backend import compile as compiler

    monkeypatch.setattr(compiler, "jitted", lambda function, args, layout: function)
    with options():  # entries of its own
        yield


@pytest.fixture(autouse=True)
def _switches():
    """No test runs with the switches that another one, or a page of the docs, has left."""
    with switches_put_back():
        yield


@pytest.fixture(autouse=True, scope="module")
def _forgotten():
    """The derivatives that a module's tests have made go with it: nothing else asks for them.

    What is left stays: the garbage collector need not look at it again.
    """
    yield
    forget()
    gc.collect()
    gc.freeze()


@contextmanager
def switches_put_back():
    """Put back the options of the pipeline, what watches its passes, and ``SRCGRAD_TRACE``."""
    before, printed = dict(vars(pipeline.OPTIONS)), os.environ.get("SRCGRAD_TRACE")
    try:
        yield
    finally:
        if vars(pipeline.OPTIONS) != before:
            vars(pipeline.OPTIONS).update(before)
            choose_table()
        os.environ.pop("SRCGRAD_TRACE", None)
        if printed is not None:
            os.environ["SRCGRAD_TRACE"] = printed


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A worker that is done takes from the others: the last tests are not the shortest."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_sessionfinish(session, exitstatus):
    """``SRCGRAD_UPDATE=1 pytest tests/test_oracle.py`` notes that the oracle agrees with the corpus."""
    ran = {getattr(item, "module", None) for item in session.items}
    oracle = next((m for m in ran if getattr(m, "__name__", "") == "tests.test_oracle"), None)
    if oracle is not None and exitstatus == 0 and os.environ.get("SRCGRAD_UPDATE"):
        oracle.CHECKED.write_text(oracle.digest() + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A test is skipped that asks for an optional package which is not installed."""
    try:
        return (yield)
    except (ModuleNotFoundError, CompileError) as error:
        name = getattr(error, "name", None) or "numba"
        told = isinstance(error, ModuleNotFoundError) or "which is not installed" in str(error)
        if told and name in OPTIONAL and importlib.util.find_spec(name) is None:
            pytest.skip(f"needs {name}")
        raise
