"""``srcgrad.pytensor``: Ops with gradients, against central differences and srcgrad's own derivatives."""

import pickle

import numpy as np
import pytest

import srcgrad

pytensor = pytest.importorskip("pytensor")

import srcgrad.pytensor  # noqa: E402

pt = pytensor.tensor

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
X, K, A = np.array([0.1, 1.1, 2.1]), 2.0, np.array([1.2, 1.3, 1.4])


def program(x, k, p):
    y = x.copy()
    for i in range(1, len(x)):
        y[i] += k * y[i - 1]
    return k * np.sum(np.sin(y) * p["a"]), x * x * p["b"], np.argmax(x), None


F = srcgrad.pytensor.op(program)


def total(x, k, p):
    first, second, _, _ = program(x, k, p)
    return first * np.sum(second)


@pytest.fixture
def variables():
    return pt.dvector("x"), pt.dscalar("k"), pt.dvector("a")


def symbolic(x, k, a):
    first, second, _, nothing = F(x, k, {"a": a, "b": 3.0})
    assert nothing is None
    return first * second.sum()


def run(inputs, outputs, *values):
    return pytensor.function(inputs, outputs, mode="FAST_COMPILE")(*values)


def test_value_and_gradients(variables):
    x, k, a = variables
    value = symbolic(x, k, a)
    where = F(x, k, {"a": a, "b": 3.0})[2]
    found = run(variables, [value, *pytensor.grad(value, [x, k, a]), where], X, K, A)
    p = {"a": A, "b": 3.0}
    x_bar, k_bar, p_bar = srcgrad.grad(total, (0, 1, 2))(X, K, p)
    for mine, wanted in zip(found, (total(X, K, p), x_bar, k_bar, p_bar["a"], np.argmax(X))):
        assert mine.shape == np.shape(wanted) and mine.dtype == np.result_type(wanted)
        np.testing.assert_allclose(mine, wanted)


def test_it_is_verified_by_pytensor():
    rng = np.random.default_rng(1)
    pytensor.gradient.verify_grad(symbolic, [X, np.array(K), A], rng=rng, mode="FAST_COMPILE")

    def slope(x):
        return pytensor.grad(symbolic(x, pt.constant(K), pt.constant(A)), x)

    pytensor.gradient.verify_grad(slope, [X], rng=rng, mode="FAST_COMPILE")


def test_forward_mode(variables):
    x, k, a = variables
    outputs = F(x, k, {"a": a, "b": 3.0})[:2]
    v, u = pt.dvector("v"), pt.dscalar("u")
    tangents = pytensor.gradient.Rop(list(outputs), [x, k], [v, u])
    found = run([*variables, v, u], tangents, X, K, A, A, 0.5)
    moved = srcgrad.jvp(program, (X, K, {"a": A, "b": 3.0}), (A, 0.5, None))[1]
    for mine, wanted in zip(found, moved[:2]):
        np.testing.assert_allclose(mine, wanted)


def test_single_precision_compiled_and_integers():
    pytest.importorskip("numba")
    x, n = pt.fmatrix("x"), pt.lscalar("n")
    y = srcgrad.pytensor.op(jit=True)(lambda x, n, how: x[n] * x[n] if how else x)(x, n, "yes")
    assert (y.type.dtype, y.type.ndim) == ("float32", 1)
    values = np.ones((2, 3), np.float32), 1
    value, slope = run([x, n], [y, pytensor.grad(y.sum(), x)], *values)
    assert value.dtype == slope.dtype == np.float32
    np.testing.assert_array_equal(slope, [[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]])


def test_sizes_that_types_state():
    x = pt.dvector("x", shape=(4,))
    y = srcgrad.pytensor.op(lambda x, table: x @ table)(x, np.ones((4, 2)))
    assert y.type.ndim == 1
    assert run([x], y, np.ones(4)).tolist() == [4.0, 4.0]


def test_inputs_are_not_changed():
    def written(x):
        x[0] = 2.0 * x[1]
        return x, x[1:]

    x = pt.dvector("x")
    given = np.array([1.0, 2.0])
    first, second = run([x], srcgrad.pytensor.op(written)(x), given)
    assert (first.tolist(), second.tolist(), given.tolist()) == ([4.0, 2.0], [2.0], [1.0, 2.0])


def test_an_op_travels(variables):
    function = pytensor.function(variables, symbolic(*variables), mode="FAST_COMPILE")
    again = pickle.loads(pickle.dumps(function))
    np.testing.assert_allclose(again(X, K, A), total(X, K, {"a": A, "b": 3.0}))


def test_refusals():
    x = pt.dvector("x")
    with pytest.raises(srcgrad.InputError, match="before it has run"):
        srcgrad.pytensor.op(lambda x: "no number")(x)
    with pytest.raises(srcgrad.UnsupportedSyntax, match="eval"):
        srcgrad.pytensor.op(lambda x: eval("x"))(x)
    y = srcgrad.pytensor.op(lambda x, f: f(x))(x, lambda x: np.sum(x) if OPEN[0] else np.ones(2))
    OPEN[0] = False
    try:
        with pytest.raises(srcgrad.SrcgradError):
            run([x], y, X)
    finally:
        OPEN[0] = True


OPEN = [True]


def log_likelihood(centre, log_scale, data):
    z = (data - centre) / np.exp(log_scale)
    total = 0.0
    for part in np.split(z, 4):  # as a loop over groups would be written
        total += -0.5 * np.sum(part * part) - len(part) * log_scale
    return total


def test_a_likelihood_is_sampled_by_nuts():
    pymc = pytest.importorskip("pymc")
    data = np.random.default_rng(3).normal(1.5, 0.5, size=200)
    with pymc.Model():
        centre, log_scale = pymc.Normal("centre", 0.0, 10.0), pymc.Normal("log_scale", 0.0, 10.0)
        pymc.Potential("data", srcgrad.pytensor.op(log_likelihood)(centre, log_scale, data))
        trace = pymc.sample(
            200,
            tune=300,
            chains=1,
            cores=1,
            random_seed=1,
            progressbar=False,
            compute_convergence_checks=False,
        )
    means = trace.posterior.mean()
    assert abs(float(means["centre"]) - data.mean()) < 0.02
    assert abs(float(means["log_scale"]) - np.log(data.std())) < 0.03
