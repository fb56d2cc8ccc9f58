"""A test that leaves a switch set does not change what the next one sees."""

import os

from srcgrad import pipeline
from srcgrad.dispatch.derivative import Active

from .conftest import switches_put_back


def test_switches_are_put_back(monkeypatch):
    monkeypatch.setenv("SRCGRAD_TRACE", "1")
    before, table = dict(vars(pipeline.OPTIONS)), Active.table
    with switches_put_back():
        pipeline.OPTIONS.optimize = not pipeline.OPTIONS.optimize
        pipeline.OPTIONS.trace = print
        del os.environ["SRCGRAD_TRACE"]
    assert vars(pipeline.OPTIONS) == before and Active.table is table
    assert os.environ["SRCGRAD_TRACE"] == "1"
    monkeypatch.delenv("SRCGRAD_TRACE")
    with switches_put_back():
        os.environ["SRCGRAD_TRACE"] = "1"
    assert "SRCGRAD_TRACE" not in os.environ
