"""`check_numerics`: the reverse sweep stops where it makes NaN or infinity of finite values."""

import pickle

import numpy as np
import pytest

import srcgrad

X = np.array([0.0, 1.0, 4.0])


def root(x, k):
    y = k * x
    z = np.sqrt(y)
    return np.sum(z) * k


def line(f, text):
    """The number of the line of ``f`` that holds ``text``."""
    import inspect

    lines, first = inspect.getsourcelines(f)
    return next(first + k for k, item in enumerate(lines) if text in item)


USES = {
    "vjp": lambda f, *inputs: srcgrad.vjp(f, inputs, check_numerics=True),
    "value_and_vjp": lambda f, *inputs: srcgrad.value_and_vjp(f, inputs, check_numerics=True),
    "grad": lambda f, *inputs: srcgrad.grad(f, check_numerics=True)(*inputs),
    "value_and_grad": lambda f, *inputs: srcgrad.value_and_grad(f, check_numerics=True)(*inputs),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_the_line_is_named(use, mode):
    with pytest.raises(srcgrad.NumericsError) as caught:
        USES[use](root, X, 2.0)
    text = str(caught.value)
    assert f"{__file__}:{line(root, 'np.sqrt')}, in root\n    z = np.sqrt(y)\n" in text
    assert "infinity out of finite values" in text
    assert isinstance(caught.value, FloatingPointError)
    assert isinstance(caught.value, srcgrad.SrcgradError)


@pytest.mark.parametrize("use", USES)
def test_what_is_finite_is_as_without(use, mode):
    with_checks = USES[use](root, X + 1.0, 2.0)
    plain = {
        "vjp": lambda: srcgrad.vjp(root, (X + 1.0, 2.0)),
        "value_and_vjp": lambda: srcgrad.value_and_vjp(root, (X + 1.0, 2.0)),
        "grad": lambda: srcgrad.grad(root)(X + 1.0, 2.0),
        "value_and_grad": lambda: srcgrad.value_and_grad(root)(X + 1.0, 2.0),
    }[use]()
    assert repr(with_checks) == repr(plain)


def test_without_checks_nothing_stops():
    with np.errstate(divide="ignore"):
        assert srcgrad.vjp(root, (X, 2.0))[0][0] == np.inf


def masked(x):
    y = np.zeros(3)
    for i in range(len(x)):
        if x[i] > 0.5:
            y[i] = np.log(x[i])
        else:
            y[i] = x[i] ** 0.5
    return np.sum(y)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_in_loops_branches_and_stores(mode):
    with pytest.raises(srcgrad.NumericsError) as caught:
        srcgrad.vjp(masked, (X,), check_numerics=True)
    assert f":{line(masked, '** 0.5')}, in masked" in str(caught.value)


def overflowing(x):
    y = x * 1e-200
    return np.sum(y * 1e200 * 1e200 * 1e200)


@pytest.mark.filterwarnings("ignore:overflow")
def test_overflow(mode):
    with pytest.raises(srcgrad.NumericsError, match=r"y \* 1e200 \*"):
        srcgrad.vjp(overflowing, (0.0 * X,), check_numerics=True)


def test_what_comes_in_as_nan_is_not_blamed():
    (x_bar,) = srcgrad.vjp(lambda x: x * x, (X,), np.full(3, np.nan), check_numerics=True)
    assert np.all(np.isnan(x_bar))


def test_it_is_part_of_the_cache_key_and_of_the_pickle():
    checked = srcgrad.grad(root, check_numerics=True)
    srcgrad.grad(root)(X + 1.0, 2.0)
    with np.errstate(divide="ignore"), pytest.raises(srcgrad.NumericsError):
        checked(X, 2.0)
    with np.errstate(divide="ignore"), pytest.raises(srcgrad.NumericsError):
        pickle.loads(pickle.dumps(checked))(X, 2.0)
    decorated = srcgrad.grad(check_numerics=True)(root)
    assert decorated.check_numerics


def test_compiled_code_does_not_check():
    with pytest.raises(srcgrad.InputError, match="check_numerics is not supported with jit"):
        srcgrad.vjp(root, (X, 2.0), jit=True, check_numerics=True)
