"""``srcgrad.jax``: functions of NumPy arrays under JAX's transformations, against JAX's own."""

import numpy as np
import pytest

import srcgrad

jax = pytest.importorskip("jax")
jnp = jax.numpy

import srcgrad.jax  # noqa: E402


@pytest.fixture(autouse=True)
def _double():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def program(x, k, p):
    return k * np.sum(np.sin(x) * p["a"]), x * x * p["b"]


def in_jax(x, k, p):
    return k * jnp.sum(jnp.sin(x) * p["a"]), x * x * p["b"]


F = srcgrad.jax.function(program)
K = np.arange(1.0, 5.0)


def total(x, k, p, f=F):
    first, second = f(x, k, p)
    return first * jnp.sum(second)


def expected(x, k, p):
    return total(x, k, p, in_jax)


def rows(f):
    return jax.vmap(f, in_axes=(0, None, None))


def added(f):
    return lambda x, k, p: jnp.sum(rows(f)(x, k, p))


def repeated(f):
    def run(x, k, p):
        step = lambda c, _: (c * jnp.tanh(f(c, k, p)), None)
        return jnp.sum(jax.lax.scan(step, x, None, length=3)[0])

    return run


ALL = (0, 1, 2)
ONE = {
    "value": lambda f: f,
    "grad": lambda f: jax.grad(f, ALL),
    "jit of grad": lambda f: jax.jit(jax.grad(f, ALL)),
    "jacfwd": lambda f: jax.jacfwd(f, ALL),
    "hessian": lambda f: jax.jit(jax.hessian(f, ALL)),
    "reverse over reverse": lambda f: jax.jacrev(jax.grad(f, ALL), ALL),
    "in a scan": lambda f: jax.grad(repeated(f), ALL),
    "checkpoint": lambda f: jax.grad(jax.checkpoint(f), ALL),
}
MANY = {
    "vmap": rows,
    "jit of vmap": lambda f: jax.jit(rows(f)),
    "vmap of grad": lambda f: rows(jax.grad(f, ALL)),
    "grad of vmap": lambda f: jax.grad(added(f), ALL),
    "hessian of vmap": lambda f: jax.hessian(added(f), (1, 2)),
    "vmap of vmap": lambda f: (
        lambda x, _, p: jax.jacrev(jax.vmap(rows(f), in_axes=(None, 0, None)), ALL)(x, K, p)
    ),
    "another axis": lambda f: lambda x, k, p: jax.vmap(jax.grad(f), (1, None, None))(x.T, k, p),
}


def assert_same(found, wanted):
    found, wanted = (jax.tree.flatten(tree) for tree in (found, wanted))
    assert found[1] == wanted[1]
    for mine, theirs in zip(found[0], wanted[0], strict=True):
        assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", [*ONE, *MANY])
def test_transformation(name):
    x = jnp.array([0.1, 1.1, 2.1])
    p = {"b": jnp.array(2.0), "a": jnp.array([1.0, 1.5, 2.0])}
    if name in MANY:
        x = jnp.stack([x, x + 1.0, 0.5 * x, 2.0 * x])
    transform = {**ONE, **MANY}[name]
    assert_same(transform(total)(x, 2.0, p), transform(expected)(x, 2.0, p))


def test_single_precision():
    x = jnp.array([0.1, 1.1, 2.1], dtype=jnp.float32)
    p = {"a": x, "b": jnp.float32(2.0)}
    for enabled in (False, True):
        with jax.enable_x64(enabled):
            value, slopes = jax.value_and_grad(total, ALL)(x, 2.0, p)
            wanted, theirs = jax.value_and_grad(expected, ALL)(x, 2.0, p)
        for mine, other in zip(jax.tree.leaves((value, slopes)), jax.tree.leaves((wanted, theirs))):
            assert (mine.shape, mine.dtype) == (other.shape, other.dtype)
            np.testing.assert_allclose(mine, other, rtol=1e-5)


def test_nothing_is_narrowed():
    single = jnp.ones(3, dtype=jnp.float32)
    with jax.enable_x64(False):
        with pytest.raises(srcgrad.InputError, match=r"(?s)float64.*jax_enable_x64"):
            srcgrad.jax.function(np.sin)(np.ones(3))
        with pytest.raises(srcgrad.InputError, match=r"(?s)returns.*float64.*jax_enable_x64"):
            srcgrad.jax.function(lambda x: x * np.ones(3))(single)
        with pytest.raises(srcgrad.InputError, match=r"(?s)int64.*jax_enable_x64"):
            srcgrad.jax.function(np.argmax)(single)


def test_outputs_and_arguments_that_are_no_floats():
    @srcgrad.jax.function
    def picked(x, n, how, *, scale):
        return (x[n] if how == "one" else np.sum(x)) * scale, np.argmax(x), None

    x = jnp.array([1.0, 5.0, 2.0])
    value, where, nothing = jax.jit(lambda x, n: picked(x, n, "one", scale=2.0))(x, 2)
    assert (float(value), int(where), where.dtype, nothing) == (4.0, 1, jnp.int64, None)
    slope = jax.grad(lambda x: picked(x, 2, how="all", scale=2.0)[0])(x)
    np.testing.assert_array_equal(slope, [2.0, 2.0, 2.0])


def test_arrays_that_are_passed_are_not_changed():
    def written(x):
        x[0] = 3.0 * x[1]
        return x

    x = jnp.array([1.0, 2.0])
    f = srcgrad.jax.function(written)
    assert f(x).tolist() == jax.jit(f)(x).tolist() == [6.0, 2.0] and x.tolist() == [1.0, 2.0]
    assert jax.grad(lambda x: jnp.sum(f(x)))(x).tolist() == [0.0, 4.0]


def test_shapes_must_be_known():
    with pytest.raises(srcgrad.InputError, match="before it has run"):
        srcgrad.jax.function(lambda x: x[x > 1.0])(jnp.ones(3))


def test_what_the_function_raises_is_told():
    def raising(x):
        if x[0] > 1.0:
            raise ValueError("too large")
        return x

    f = srcgrad.jax.function(raising)
    with pytest.raises(ValueError, match="too large"):
        f(jnp.array([2.0]))
    with pytest.raises(Exception, match="too large"):
        jax.block_until_ready(jax.jit(f)(jnp.array([2.0])))


def test_threads_that_narrow_are_told():
    x = jnp.linspace(0.0, 1.0, 1_000_000)
    compiled = jax.jit(srcgrad.jax.function(lambda x: np.sin(x))).lower(x).compile()
    seen = compiled(x)
    jax.config.update("jax_enable_x64", False)
    assert seen.dtype == np.float64
    with pytest.raises(Exception, match=r"in the thread that JAX calls from.*float64"):
        jax.block_until_ready(compiled(x))


def test_compiled_and_large():
    pytest.importorskip("numba")
    f = srcgrad.jax.function(jit=True)(lambda x: np.sum(np.sin(x)))
    x = jnp.linspace(0.0, 1.0, 1_000_000)
    value, slope = jax.jit(jax.value_and_grad(lambda x: f(2.0 * x)))(x)
    np.testing.assert_allclose(value, jnp.sum(jnp.sin(2.0 * x)))
    np.testing.assert_allclose(slope, 2.0 * jnp.cos(2.0 * x))
