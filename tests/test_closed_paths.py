"""A path that cannot be followed, and is not taken: the others are right, and this one raises."""

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.check import survey


def misspelled(x):
    y = x * x
    if np.max(y) > 9.0:
        return y.summ()
    return y.sum()


def in_a_loop(x, n):
    total = 0.0
    for k in range(n):
        if x[k] > 3.0:
            total += x.nothing
        else:
            total += x[k] ** 2
        if x[k] < -3.0:
            total = x[0] * float("one")
    return total


def conditional(x):
    return (x * x).sum() if x[0] < 3.0 else undefined_here(x)  # noqa: F821


def called(x):
    return helper(x) * 1.0


def helper(x):
    if x[0] > 3.0:
        x = x[3, 4, 5]
        a, b = 1, 2, 3
        return x * a * b
    return np.sum(x * x)


def nested(x):
    if x[1] > 2.0:
        if x[0] > 3.0:
            return len(x, x)
        return (x**3).sum()
    return (x * x).sum()


FUNCTIONS = [misspelled, conditional, called, nested]
X = np.array([0.5, 1.5, -2.0])
TAKEN = np.array([4.0, 2.5, -2.0])


def of_the_squares(f, jit):
    """The path that is taken at ``X`` sums squares."""
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,), 1.0, jit=jit)
    assert value == f(X)
    assert gradient.dtype == X.dtype and gradient.shape == X.shape
    np.testing.assert_allclose(gradient, 2 * X, rtol=1e-12)


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
def test_other_paths_are_right(f, jit):
    if jit:
        pytest.importorskip("numba")
    of_the_squares(f, jit)
    _, tangent = srcgrad.jvp(f, (X,), (np.ones(3),), jit=jit)
    np.testing.assert_allclose(tangent, np.sum(2 * X), rtol=1e-12)


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_where_it_is_taken_the_error_is_the_functions(f):
    with pytest.raises(Exception) as expected:
        f(TAKEN)
    with pytest.raises(type(expected.value)) as caught:
        srcgrad.vjp(f, (TAKEN,), 1.0)
    assert str(caught.value) == str(expected.value)
    srcgrad.vjp(f, (X,), 1.0)  # now it is generated
    with pytest.raises(type(expected.value)) as caught:
        srcgrad.vjp(f, (TAKEN,), 1.0)
    assert str(caught.value) == str(expected.value)


def of_bytes(x):
    if x[0] > 3.0:
        return np.frombuffer(x.tobytes()).sum()
    return (x * x).sum()


def in_loops(x):
    total = 0.0
    for value in x:
        if value > 3.0:
            for item in np.frombuffer(x.tobytes()):
                total += item
        elif value < -3.0:
            total = float(x.tobytes().decode()) * value
        else:
            total += value**2
    return total


@pytest.mark.parametrize("f", [of_bytes, in_loops], ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
def test_what_has_no_derivative_is_refused_where_it_is_taken(f, jit):
    if jit:
        pytest.importorskip("numba")
    of_the_squares(f, jit)
    assert np.isfinite(f(TAKEN))
    calls = [
        lambda: srcgrad.vjp(f, (TAKEN,), 1.0, jit=jit),
        lambda: srcgrad.jvp(f, (TAKEN,), (TAKEN,), jit=jit),
        lambda: srcgrad.pullback(f, TAKEN, jit=jit),
    ]
    for call in calls:
        with pytest.raises(NotImplementedError, match=r"test_closed_paths.py:\d+, in") as caught:
            call()
        assert isinstance(caught.value, srcgrad.SrcgradError)


def test_second_derivatives():
    np.testing.assert_allclose(srcgrad.hessian(of_bytes)(X), 2 * np.eye(3))
    with pytest.raises(srcgrad.UnsupportedSyntax):
        srcgrad.hessian(of_bytes)(TAKEN)


def test_a_path_that_is_always_taken_is_refused_at_once():
    def always(x):
        y = np.frombuffer(x.tobytes())
        return y.sum() if x[0] > 3.0 else y.prod()

    with pytest.raises(srcgrad.SrcgradError, match="tobytes"):
        srcgrad.vjp(always, (X,), 1.0)


def test_a_handler_does_not_take_a_refusal_for_an_error_of_the_function():
    def caught(x):
        try:
            if x[0] > 3.0:
                y = np.frombuffer(x.tobytes()).sum()
            else:
                y = (x * x).sum()
        except Exception:
            y = x[0] * 7.0
        return y

    for x in (X, TAKEN):
        with pytest.raises(srcgrad.SrcgradError, match="tobytes"):
            srcgrad.vjp(caught, (x,), 1.0)


def test_check_names_it():
    found = survey("of_bytes", of_bytes, lambda function, specs: specs)
    assert found.text == "refused" and "tobytes" in str(found.error)


def in_a_chain(x):
    """One path of many is followed."""
    if x[0] > 40.0:
        y = np.frombuffer(x.tobytes()).sum() * 1
    elif x[0] > 39.0:
        y = np.frombuffer(x.tobytes()).sum() * 2
    elif x[0] > 38.0:
        y = np.frombuffer(x.tobytes()).sum() * 3
    elif x[0] > 37.0:
        y = np.frombuffer(x.tobytes()).sum() * 4
    else:
        y = (x * x).sum()
    return y


def in_depth(x):
    """The path that is followed is the first one each time."""
    if x[0] < 40.0:
        if x[1] < 30.0:
            if x[2] < 20.0:
                y = (x * x).sum()
            else:
                y = np.frombuffer(x.tobytes()).sum()
        else:
            y = np.frombuffer(x.tobytes()).sum()
        y = y * x[0]
    else:
        y = np.frombuffer(x.tobytes()).sum()
    return y


@pytest.mark.parametrize("f", [in_a_chain, in_depth], ids=lambda f: f.__name__)
def test_what_is_followed_is_walked_once(f, monkeypatch):
    from srcgrad.elaborate.elaborator import Elaborator

    walked = []
    run = Elaborator.run

    def counted(self, body):
        if self.closing:
            texts = [self.frame.source.origin(node).text for node in body]
            walked.extend(text for text in texts if text.strip() == "y = (x * x).sum()")
        return run(self, body)

    monkeypatch.setattr(Elaborator, "run", counted)
    at = X + 0.125
    (gradient,) = srcgrad.vjp(f, (at,), 1.0)
    expected = 2 * at if f is in_a_chain else 2 * at * at[0] + np.array([(at * at).sum(), 0, 0])
    assert gradient.dtype == X.dtype and gradient.shape == X.shape
    np.testing.assert_allclose(gradient, expected, rtol=1e-12)
    assert len(walked) <= 2  # for the sizes at hand, and for all


def generated(monkeypatch):
    """The functions for which source is generated from here on."""
    import srcgrad.dispatch.generate as module

    calls = []
    real = module.generate

    def counted(function, *rest, **more):
        calls.append(function)
        return real(function, *rest, **more)

    monkeypatch.setattr(module, "generate", counted)
    return calls


def counting(x, n):
    if x[0] > 3.0:
        return np.frombuffer(x.tobytes()).sum() * n
    total = 0.0
    for k in range(n):
        total = total + x[0] * k
    return total


def test_other_sizes_and_integers_need_no_other_source(monkeypatch):
    calls = generated(monkeypatch)
    for n in range(3, 9):
        x = np.linspace(0.0, 1.0, n)
        (gradient,) = srcgrad.vjp(in_a_chain, (x,), 1.0)
        np.testing.assert_array_equal(gradient, 2 * x)
    assert len(calls) <= 4
    del calls[:]
    for n in range(3, 9):
        gradient, _ = srcgrad.vjp(counting, (X, n), 1.0)
        np.testing.assert_array_equal(gradient, [n * (n - 1) / 2, 0.0, 0.0])
    assert len(calls) <= 4


def for_some_sizes(x):
    if x[0] > 3.0:
        return np.frombuffer(x.tobytes()).sum()
    if x[1] > 1.0:
        parts = [x[0]] * x.shape[0]
        parts[1] = "text"
        first, _, last = parts
        return first * last
    return (x * x).sum()


def test_a_path_that_is_followed_for_given_sizes_is_not_closed():
    for n in (3, 4, 3):
        x = np.linspace(0.0, 1.0, n)
        (gradient,) = srcgrad.vjp(for_some_sizes, (x,), 1.0)
        np.testing.assert_array_equal(gradient, 2 * x)
    (gradient,) = srcgrad.vjp(for_some_sizes, (np.array([2.0, 1.5, 3.0]),), 1.0)
    np.testing.assert_array_equal(gradient, [4.0, 0.0, 0.0])


def test_a_name_that_is_defined_later(monkeypatch):
    def f(x):
        if x[0] > 3.0:
            return defined_later(x)  # noqa: F821
        return (x * x).sum()

    for _ in range(2):
        np.testing.assert_array_equal(srcgrad.vjp(f, (X,), 1.0)[0], 2 * X)
        with pytest.raises(NameError):
            srcgrad.vjp(f, (TAKEN,), 1.0)
    monkeypatch.setitem(globals(), "defined_later", helper)
    with pytest.raises(Exception, match="too many indices"):
        srcgrad.vjp(f, (TAKEN,), 1.0)
    monkeypatch.setitem(globals(), "defined_later", np.sum)
    np.testing.assert_array_equal(srcgrad.vjp(f, (TAKEN,), 1.0)[0], np.ones(3))


def test_a_variable_from_around_that_is_set_later():
    def f(x):
        if x[0] > 3.0:
            return later(x)
        return (x * x).sum()

    np.testing.assert_array_equal(srcgrad.vjp(f, (X,), 1.0)[0], 2 * X)
    with pytest.raises(NameError):
        srcgrad.vjp(f, (TAKEN,), 1.0)
    later = np.sum
    np.testing.assert_array_equal(srcgrad.vjp(f, (TAKEN,), 1.0)[0], np.ones(3))
