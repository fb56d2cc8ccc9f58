"""A test of the tests: guards, files, the cache or pickles are broken, and a program notices."""

import builtins
import linecache
import os
import pickle
import sys

import numpy as np
import pytest

import srcgrad
from srcgrad.backend import trust
from srcgrad.dispatch import outside, pickles
from srcgrad.elaborate.looks import Looks
from srcgrad.elaborate.outside_changes import OutsideChanges
from srcgrad.source import read
from tests.hostile import CODE, Box
from tests.mechanisms import Rows, X, is_refused, is_right, made
from tests.test_mutations import constantly, passing

ROWS = Rows()
row = ROWS.row


# --- guards of outside state


@row("guards: what was looked at is not looked at again", passing(Looks, "look", 4))
def an_attribute_that_comes_later():
    text = "class C:\n    pass\ndef f(x):\n    return np.sum(x * x if hasattr(C, 'rate') else x)\n"
    f = made(text)["f"]
    is_right(f, X)
    f.__globals__["C"].rate = 3.0
    is_right(f, X)


@row("guards: every guard holds", constantly(outside.Guard, "holds", True))
def a_branch_that_a_global_decided():
    space = made(
        "flag = True\ndef f(x):\n    return np.sum(x * x) if flag else np.sum(x)\n"
    )  # two versions, of which the first is asked again
    for flag in (True, False, True):
        space["flag"] = flag
        is_right(space["f"], X)
    found = outside.Guard(outside.relative(("name", space, "flag"), space["f"]), lambda: False)
    assert not found.holds(space["f"])


@row("outside objects: what is done to them is dropped", constantly(OutsideChanges, "change", None))
def a_list_that_gets_an_item():
    space = made("seen = []\ndef f(x):\n    seen.append(2.0)\n    return np.sum(x * x)\n")
    srcgrad.vjp(space["f"], (X,))
    assert space["seen"] == [2.0]


# --- changed files


@row("changed files: what stands there is taken for what runs", constantly(read, "is_source", True))
def a_file_that_was_changed():
    space = made("def f(x):\n    return np.sum(x * x)\n")
    file = space["f"].__code__.co_filename
    text = "def f(x):\n    return np.sum(x)\n"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    is_refused(space["f"], X, match="import the file anew")


# --- what is trusted


def a_cache_file(tmp_path, mode):
    place = tmp_path / "own"
    place.mkdir(mode=0o700)
    path = place / "f-0.py"
    path.write_bytes(b"x = 1\n")
    path.chmod(mode)
    return str(path)


@row("cache: what others may write is trusted", constantly(trust, "is_own", True))
def a_file_that_others_may_write(tmp_path):
    if os.name != "posix":
        pytest.skip("a matter of POSIX")
    path = a_cache_file(tmp_path, 0o666)
    assert trust.read(path) is None
    os.chmod(path, 0o600)
    assert trust.read(path) == b"x = 1\n"


def names_as_code(patch):
    for name, module in list(sys.modules.items()):
        if name.startswith("srcgrad.dispatch") and hasattr(module, "attribute"):
            patch.setattr(module, "attribute", lambda holder, name, key: f"{holder}.{name}")


@row("texts are data: a name of an attribute is code", names_as_code)
def an_attribute_that_is_code():
    name = f"__class__, {CODE}"

    def f(box):
        return getattr(box, name) * 2.0

    for _ in range(2):
        assert vars(srcgrad.vjp(f, (Box(**{name: 1.5}),))[0])[name] == 2.0
    assert builtins.EXECUTED == []


# --- pickles


@row("pickles: every function can be imported", constantly(pickles, "importable", True))
def a_function_that_cannot_be_imported():
    f = made("def f(x):\n    return np.sum(x * x)\n")["f"]
    again = pickle.loads(pickle.dumps(srcgrad.grad(f)))
    np.testing.assert_array_equal(again(X), 2.0 * X)


@pytest.mark.parametrize("name", ROWS)
def test_a_mechanism_that_is_broken_is_noticed(name, monkeypatch, tmp_path):
    ROWS.try_out(name, monkeypatch, tmp_path)


def test_each_subject_has_a_row():
    assert len({name.partition(":")[0] for name in ROWS}) >= 6
