"""An axis that an array has not raises in compiled code what NumPy raises."""

import linecache
import re

import numpy as np
import pytest

import srcgrad

pytest.importorskip("numba")

M = np.arange(6.0).reshape(2, 3)
# what is done with ``x`` of two dimensions, the wrong ``k``, and a ``k`` that is there
CALLS = [
    ("np.sum(x, axis=k)", 2, 1),
    ("np.sum(x, axis=k)", -3, 0),
    ("np.sum(x, axis=(0, k))", 2, 1),
    ("np.sum(x, axis=(0, k), keepdims=True)", 0, 1),  # twice the same
    ("np.max(x, axis=k)", 5, 0),
    ("np.cumsum(x, axis=k)", 2, 1),
    ("np.flip(x, axis=k)", -3, 1),
    ("np.swapaxes(x, 0, k)", 3, 1),
    ("np.moveaxis(x, k, 0)", 3, 1),
    ("np.expand_dims(x, k)", 3, 2),
    ("np.stack([x, x], axis=k)", 4, 2),
    ("np.linalg.norm(x, axis=k)", 3, 1),
]
PASSED = ("np.sum(x, axis=k)", "np.flip(x, axis=k)", "np.moveaxis(x, k, 0)")


def made(expression, k):
    """A function of ``x`` with ``k`` written out, and one that is passed it."""
    name = f"<axes: {expression}, {k}>"
    known = re.sub(r"\bk\b", str(k), expression)
    text = f"def known(x):\n    return np.sum(2.0 * {known})\n"
    if expression in PASSED:
        text += f"def passed(x, k):\n    return np.sum(2.0 * {expression})\n"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace = {"np": np, "__name__": __name__}
    exec(compile(text, name, "exec"), namespace)
    yield namespace["known"], (M,)
    if "passed" in namespace:
        yield namespace["passed"], (M, k)


@pytest.mark.parametrize(("expression", "wrong", "right"), CALLS)
def test_a_wrong_axis_raises_what_numpy_raises(expression, wrong, right):
    for f, inputs in made(expression, wrong):
        with pytest.raises(ValueError) as expected:
            f(*inputs)
        with pytest.raises(type(expected.value)) as found:
            srcgrad.vjp(f, inputs, jit=True)
        assert str(found.value) == str(expected.value)
    for f, inputs in made(expression, right):
        gradient, expected = (srcgrad.vjp(f, inputs, jit=jit)[0] for jit in (True, False))
        np.testing.assert_allclose(gradient, expected, strict=True)
        assert "check_ax" not in srcgrad.source(f, *inputs, jit=True) or len(inputs) > 1


def test_a_tangent_raises_it_too():
    (f, inputs), _ = made("np.sum(x, axis=k)", 2)
    with pytest.raises(np.exceptions.AxisError, match=r"^axis 2 is out of bounds"):
        srcgrad.jvp(f, inputs, (M,), jit=True)
