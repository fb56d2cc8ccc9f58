"""What a function does to lists, dicts, objects and arrays from outside: once, as the function does it."""

import copy
import functools
import importlib.util
import linecache
import textwrap

import numpy as np
import pytest

import srcgrad
from srcgrad.dispatch import Active
from tests.oracle import central_differences, leaves
from tests.outside_effects import EFFECTS, REFUSED


class Module:
    count = 0

    def __init__(self, source):
        Module.count += 1
        text = textwrap.dedent(source)
        file = f"<effects {Module.count}>"
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        self.space = {"np": np, "srcgrad": srcgrad, "__name__": f"effects{Module.count}"}
        exec(compile(text, file, "exec"), self.space)

    def __call__(self, x):
        return self.space["f"](x)

    def content(self, names):
        return [copy.deepcopy(eval(name, self.space)) for name in names]


X = np.array([0.7, 1.3])
USES = {
    "vjp": lambda f: (None, srcgrad.vjp(f, (X,))[0]),
    "value_and_vjp": lambda f: (lambda value, bars: (value, bars[0]))(
        *srcgrad.value_and_vjp(f, (X,))
    ),
    "grad": lambda f: (None, srcgrad.grad(f)(X)),
    "pullback": lambda f: (lambda value, pull: (value, pull()[0] + 0.0 * pull()[0]))(
        *srcgrad.pullback(f, X)
    ),
    "jvp": lambda f: (srcgrad.jvp(f, (X,), (X,))[0], None),
}


def assert_same(mine, theirs):
    for (path, a), (_, b) in zip(leaves(mine), leaves(theirs), strict=True):
        if isinstance(b, str | set | bool) or b is None:
            assert a == b, path
        else:
            np.testing.assert_allclose(a, b, 1e-12, err_msg=path)
            assert np.shape(a) == np.shape(b), path


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", EFFECTS)
def test_effects_happen_once(name, use):
    source, names = EFFECTS[name]
    mine, theirs = Module(source), Module(source)
    for call in range(3):

        def primal(x, call=call):
            """The function as it stands before this call."""
            fresh = Module(source)
            for _ in range(call):
                fresh(X)
            return fresh(x)

        (expected,) = central_differences(primal, (X.copy(),))
        wanted = theirs(X)
        value, x_bar = USES[use](mine.space["f"])
        if value is not None:
            np.testing.assert_allclose(value, wanted, 1e-12)
        if x_bar is not None:
            np.testing.assert_allclose(x_bar, expected, 1e-6, 1e-8)
        assert_same(mine.content(names), theirs.content(names))


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_so_is_refused(name):
    module = Module(REFUSED[name])
    with pytest.raises(srcgrad.SrcgradError) as caught:
        srcgrad.vjp(module.space["f"], (X,))
    assert not isinstance(caught.value, srcgrad.InternalError)
    for part in ("why:", "try:", "<effects"):
        assert part in str(caught.value)


# --- what a call is bound to ----------------------------------------------------------------------


class Model:
    def __init__(self):
        self.count = 0
        self.losses = []
        self.w = np.array([1.0, 2.0])
        self.config = {"k": 2.0}

    def loss(self, x, scale=1.0):
        self.count += 1
        self.losses.append(float(np.sum(x)))
        self.w *= 0.5
        self.config["k"] += 1.0
        return scale * np.sum(self.w * x * x) * self.config["k"]

    def __call__(self, x):
        return self.loss(x)


BOUND = {
    "method": lambda model: model.loss,
    "object": lambda model: model,
    "partial": lambda model: functools.partial(model.loss, scale=2.0),
    "partial of the function": lambda model: functools.partial(Model.loss, model),
    "lambda": lambda model: lambda x: model.loss(x) * 2.0,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("bound", BOUND)
def test_what_a_function_is_bound_to_changes_with_it(bound, use):
    mine, theirs = Model(), Model()
    for _ in range(3):
        wanted = BOUND[bound](theirs)(X)
        value, x_bar = USES[use](BOUND[bound](mine))
        if value is not None:
            np.testing.assert_allclose(value, wanted, 1e-12)
        if x_bar is not None:
            np.testing.assert_allclose(np.sum(x_bar * X), 2.0 * wanted, 1e-12)
        assert_same(list(vars(mine).values()), list(vars(theirs).values()))


def test_a_list_that_grows_needs_no_new_source():
    model, f = Model(), Module(EFFECTS["append"][0]).space["f"]
    counts = set()
    for _ in range(5):
        srcgrad.grad(model.loss)(X)
        srcgrad.grad(f)(X)
        known = [Active.table.requests[id(function)] for function in (Model.loss, f)]
        counts.add(sum(len(found.entries) for table in known for found in table.values()))
    assert len(counts) == 1 and len(model.losses) == 5


def test_inputs_do_not_change():
    model = Model()
    srcgrad.vjp(Model.loss, (model, X))
    assert_same(list(vars(model).values()), list(vars(Model()).values()))


def test_an_array_that_is_written_overlaps_no_other():
    module = Module(EFFECTS["an array"][0])
    counts = module.space["counts"]
    srcgrad.vjp(module.space["f"], (X,))
    for _ in range(2):
        with pytest.raises(srcgrad.AliasError, match="`counts` and `x` may share memory"):
            srcgrad.vjp(module.space["f"], (counts,))


def test_what_is_kept_is_nobody_elses():
    module = Module(EFFECTS["arrays in a list"][0])
    _, pull = srcgrad.pullback(module.space["f"], X.copy())
    expected = pull()[0]
    for array in module.space["history"]:
        array[...] = np.nan
    np.testing.assert_array_equal(pull()[0], expected)


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="needs Numba")
def test_compiled_code_changes_arrays_alone():
    module = Module(EFFECTS["an array"][0])
    for _ in range(2):
        srcgrad.vjp(module.space["f"], (X,), jit=True)
    np.testing.assert_array_equal(module.space["counts"], [2.0, 4.0])
    module = Module(EFFECTS["append"][0])
    with pytest.raises(srcgrad.CompileError, match="`history` from outside is changed"):
        srcgrad.vjp(module.space["f"], (X,), jit=True)
    assert module.space["history"] == []
