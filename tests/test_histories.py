"""Histories: calls of one derivative between which what lies outside of the function changes.

Each call must give what a first call in a fresh process would give.
"""

import linecache
import textwrap

import numpy as np
import pytest

import srcgrad
from tests.histories import OF_CLASSES
from tests.histories_of_data import OF_DATA
from tests.oracle import central_differences

HISTORIES = {**OF_CLASSES, **OF_DATA}


class History:
    """A module in which things happen."""

    count = 0

    def __init__(self, source):
        History.count += 1
        self.space = {"np": np, "__name__": f"history{History.count}"}
        self.happens(textwrap.dedent(source).replace("\n", "\n"))

    def happens(self, text):
        text = text.replace("\n", "\n")
        file = f"<history {History.count} {len(linecache.cache)}>"
        linecache.cache[file] = (len(text), None, (text + "\n").splitlines(True), file)
        exec(compile(text, file, "exec"), self.space)


X = np.array([0.7, 1.3])
USES = {
    "value_and_vjp": lambda f: srcgrad.value_and_vjp(f, (X,)),
    "grad": lambda f: (f(X), (srcgrad.grad(f)(X),)),
    "pullback": lambda f: (lambda value, pull: (value, pull()))(*srcgrad.pullback(f, X)),
    "jvp": lambda f: (
        srcgrad.jvp(f, (X,), (X,))[0],
        (np.array([srcgrad.jvp(f, (X,), (e,))[1] for e in np.eye(2)]),),
    ),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", HISTORIES)
def test_each_call_sees_the_outside_as_it_is(name, use):
    source, steps = HISTORIES[name]
    history = History(source)
    for step in ["pass", *steps, "pass"]:
        history.happens(step)
        f = history.space["f"]
        value, gradients = USES[use](f)
        np.testing.assert_allclose(value, f(X), 1e-12, err_msg=step)
        expected = central_differences(f, (X,))
        np.testing.assert_allclose(gradients[0], expected[0], 1e-6, 1e-8, err_msg=step)
