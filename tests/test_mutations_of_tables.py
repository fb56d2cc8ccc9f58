"""Dicts with keys of the run time, and what no input reaches: the engine is broken, and who notices?"""

import numpy as np
import pytest

import srcgrad
from srcgrad.analysis.unreached import Unreached
from srcgrad.elaborate import try_except
from srcgrad.elaborate.elaborator import Elaborator
from srcgrad.elaborate.try_except import Attempts
from srcgrad.values.signals import Diverges
from tests.mechanisms import Rows, is_refused, is_right
from tests.test_mutations import constantly, passing

ROWS = Rows()
row = ROWS.row


# --- dicts whose keys are known only at run time


def best_of_each(x, n):
    best = {}
    for i in range(n):
        if x < 0.1:
            continue
        if i % 2 not in best or x > best[i % 2]:
            best[i % 2] = x * i
        x = np.sin(x)
    return x * sum(best.values())


def left_out(patch):
    def trial(self, thunk, flag=None):
        return thunk() if flag is None else side(self, thunk, flag)

    side = Elaborator.side
    patch.setattr(Elaborator, "side", trial)
    patch.setattr(Elaborator, "lost", lambda self, signal: Diverges())


@row("dicts: a path on which a key is missed is no path", left_out)
def a_key_that_is_missed_on_one_path():
    def f(x):
        d, y = {}, x
        if x > 0.3:
            y = d[int(x)]
        d[int(x * 2)] = x
        return y * x

    is_right(best_of_each, 0.7, 3)
    with pytest.raises(KeyError):
        srcgrad.vjp(f, (0.7,))


@row("dicts: a key is not asked for beforehand", constantly(Attempts, "looked_up", False))
def a_key_that_is_tried():
    def f(x, n):
        d = {}
        for i in range(n):
            try:
                d[int(x * i)] = d[int(x * i)] * x
            except KeyError:
                d[int(x * i)] = x
        return sum(d.values())

    is_right(f, 0.7, 3)


def no_order(patch):
    patch.setattr(try_except, "assigned_last", lambda statement: try_except.assigned([statement]))


@row("dicts: what is done before a key is missed is forgotten", no_order)
def a_walrus_before_a_key():
    def f(x):
        d, n = {int(x * 3): x}, 1
        try:
            y = (n := 5) * d[0]
        except KeyError:
            y = x * n
        return y

    is_refused(f, 0.7, match="`try` with `except`")


# --- what no input reaches


def squares_of_what_is_left(x):
    y, s = np.where(x > 0.0, x, 0.0), 0.0
    for _ in range(3):
        s += np.sum(np.sqrt(y))
        y = y * 0.5
    return s


def tangent_is_gradient():
    x = np.array([0.7, -0.5, 1.2])
    gradient = srcgrad.vjp(squares_of_what_is_left, (x,))[0]
    tangent = srcgrad.jvp(squares_of_what_is_left, (x,), (np.ones(3),))[1]
    np.testing.assert_allclose(tangent, np.sum(gradient))


@row("unreached: nothing is followed", constantly(Unreached, "test", None))
def a_tangent_where_no_input_reaches():
    tangent_is_gradient()


@row("unreached: nothing is followed round loops", passing(Unreached, "go_round"))
def a_tangent_round_a_loop():
    tangent_is_gradient()


@pytest.mark.parametrize("name", ROWS)
def test_a_mechanism_that_is_broken_is_noticed(name, monkeypatch, tmp_path):
    ROWS.try_out(name, monkeypatch, tmp_path)
