"""Arrays of other packages are refused with the sentence that says how to convert them."""

import numpy as np
import pytest

import srcgrad


class OnDevice:
    """What CuPy's arrays look like: NumPy's interface, in memory that NumPy cannot read."""

    shape = (3,)
    dtype = np.dtype(float)

    @property
    def __cuda_array_interface__(self):
        return {"shape": self.shape, "typestr": "<f8", "data": (0, False), "version": 3}

    def __mul__(self, other):
        return self


OnDevice.__module__ = "cupy.core"


def torch_tensor():
    return pytest.importorskip("torch").ones(3)


def jax_array():
    return pytest.importorskip("jax").numpy.ones(3)


def pytensor_variable():
    pytest.importorskip("pytensor")
    import pytensor.tensor

    return pytensor.tensor.dvector("x")


def series():
    return pytest.importorskip("pandas").Series([1.0, 2.0, 3.0])


WORDS = {
    series: r"pandas\.Series\n.*\n  try: pass x\.to_numpy\(\)",
    torch_tensor: r"torch\.Tensor\n.*\n  try: pass x\.detach\(\).*srcgrad\.torch\.function\(f\)",
    jax_array: r"jaxlib.*\n.*\n  try: pass np\.asarray\(x\).*srcgrad\.jax\.function\(f\)",
    pytensor_variable: r"pytensor.*\n.*\n.*srcgrad\.pytensor\.op\(f\)",
    OnDevice: r"cupy\.OnDevice\n.*\n  try: pass cupy\.asnumpy\(x\)",
}


def square(x):
    return np.sum(x * x)


def first(xs):
    return np.sum(xs[0] * 2.0)


CALLS = {
    "grad": lambda x: srcgrad.grad(square)(x),
    "value_and_grad": lambda x: srcgrad.value_and_grad(square)(x),
    "vjp": lambda x: srcgrad.vjp(square, (x,)),
    "jvp": lambda x: srcgrad.jvp(square, (x,), (np.ones(3),)),
    "pullback": lambda x: srcgrad.pullback(square, x)[1](),
    "jacobian": lambda x: srcgrad.jacobian(square)(x),
    "hessian": lambda x: srcgrad.hessian(square)(x),
    "in a list": lambda x: srcgrad.grad(first)([x]),
    "in a dict": lambda x: srcgrad.grad(lambda p: square(p["x"]))({"x": x}),
    "flatten": lambda x: srcgrad.flatten([x]),
}


@pytest.mark.parametrize("made", WORDS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("name", CALLS)
def test_it_is_refused_with_what_to_do(name, made):
    if made is OnDevice and name in ("jacobian", "hessian", "flatten"):
        pytest.skip("an object of a class of one's own is a structure")
    if made is series and name not in ("jacobian", "hessian", "flatten"):
        pytest.skip("its numbers are differentiated")
    with pytest.raises(srcgrad.InputError, match=WORDS[made]) as caught:
        CALLS[name](made())
    assert caught.value.__suppress_context__


def test_what_is_not_looked_at_may_be_anything():
    value, slope = srcgrad.value_and_grad(lambda x, _: square(x))(np.ones(3), OnDevice())
    assert value == 3.0 and slope.tolist() == [2.0, 2.0, 2.0]
