"""Derivatives along directions: tangents, linear maps, products with Hessians."""

import functools
import warnings

import numpy as np
import pytest

import srcgrad
from tests.corpus import REFUSED, single
from tests.oracle import random_cotangent
from tests.programs import PROGRAMS
from tests.test_jacobians import P, V, X, mixing, rosenbrock, same


def test_forward():
    @srcgrad.forward
    def f(x):
        """The cosine."""
        return np.cos(x)

    assert f.__doc__ == "The cosine."
    same(f(0.3), (np.cos(0.3), -np.sin(0.3)))
    same(f(X, tangent=V), (np.cos(X), -np.sin(X) * V))
    with pytest.raises(srcgrad.CotangentError, match="a tangent is needed"):
        f(X)
    product = srcgrad.forward(lambda x, y: x * y, (1, 0))
    same(product(2.0, X, tangent=(V, 1.0)), (2.0 * X, 2.0 * V + X))


def test_linearize():
    x = X.copy()
    value, push = srcgrad.linearize(mixing, x, 1.5)
    x[:] = 0.0  # changes nothing
    jx, ja = srcgrad.jacobian(mixing, (0, 1))(X, 1.5)
    same(value, mixing(X.copy(), 1.5))
    same(push(V, 2.0), jx @ V + 2.0 * ja)
    same(push(None, 1.0), ja)
    same(push(np.eye(4), None), jx.T)
    lines = push.source.split("def linearized_reverse")[1].splitlines()
    assert not any("np.sin" in line for line in lines if "#" not in line)


def test_a_push_runs_nothing_of_the_function_again(capsys):
    def f(x):
        print("run")
        return {"y": np.sin(x) * x[0], "n": 3}

    value, push = srcgrad.linearize(f, X)
    dot = np.cos(X) * X[0] * V + np.sin(X) * V[0]
    same(value, {"y": np.sin(X) * X[0], "n": 3})
    same([push(V), push(V)], [{"y": dot, "n": None}] * 2)
    assert capsys.readouterr().out == "run\n"
    with pytest.raises(srcgrad.CotangentError, match="has shape"):
        push(V[:2])
    with pytest.raises(srcgrad.CotangentError, match="1 inputs have 2 tangents"):
        push(V, V)


def test_linearized_by_its_tangent():
    """The shape of the output is known once it has run, and that can be seen."""

    def f(x):
        print("run")
        return x[x > 0.0] ** 2

    value, push = srcgrad.linearize(f, X)
    same(value, X[X > 0.0] ** 2)
    same(push(V), (2.0 * X * V)[X > 0.0])
    assert "f_jvp" in push.source


@pytest.mark.parametrize("program", PROGRAMS[8::40], ids=lambda program: program.name)
def test_linear_maps_of_programs(program):
    """What is kept gives the tangent that running the program with it gives."""
    if program.name in REFUSED:
        return
    tangents = random_cotangent(tuple(program.fresh()), 3)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected = srcgrad.jvp(program.f, tuple(program.fresh()), tangents)
        value, push = srcgrad.linearize(program.f, *program.fresh())
        same(
            (value, push(*tangents)),
            expected,
            *((2e-3, 2e-3) if single(program) else (1e-9, 1e-10)),
        )
    assert "linearized_reverse" in push.source


# --- products with Hessians -------------------------------------------------------------------


def test_products_with_the_hessian():
    h = srcgrad.hessian(rosenbrock)(X)
    same(h, h.T)
    (forward,), (reverse,) = (way(rosenbrock, (X,), (V,)) for way in (srcgrad.hvp, srcgrad.vhp))
    same(forward, h @ V)
    same(reverse, V @ h)
    same(srcgrad.laplacian(rosenbrock)(X), np.trace(h))


def test_products_with_several_vectors_and_none():
    def f(p, n, x):
        return np.sum(p["w"] ** n) * np.sum(p["v"] * x)

    x = np.array([0.5, -0.2, 1.0])
    several = {"w": np.ones((2, 2, 3)), "v": None}
    for vectors in (({"w": np.ones((2, 3)), "v": None}, None, None), (several, None, None)):
        same(srcgrad.vhp(f, (P, 2, x), vectors), srcgrad.hvp(f, (P, 2, x), vectors))
    same(srcgrad.vhp(rosenbrock, (X,), (np.eye(4),))[0], srcgrad.hessian(rosenbrock)(X))
    for way in (srcgrad.hvp, srcgrad.vhp):
        with pytest.raises(srcgrad.CotangentError, match="1 inputs have 2 tangents"):
            way(rosenbrock, (X,), (V, V))
        with pytest.raises(srcgrad.CotangentError, match="input 0 has shape"):
            way(rosenbrock, (X,), (V[:2],))


def test_products_have_the_structure_of_the_inputs():
    def f(p, n):
        return np.sum(p["w"] ** n) * np.sum(p["v"])

    v = {"w": np.ones((2, 3)), "v": np.zeros(3)}
    for way in (srcgrad.hvp, srcgrad.vhp):
        found, nothing = way(f, (P, 2), (v, None))
        assert nothing is None
        same(found, {"w": np.full((2, 3), 4.0), "v": np.full(3, 30.0)})


def test_products_of_methods_and_partial_functions():
    """What a function is bound to does not move."""

    def f(scale, x):
        return scale * np.sum(x**3)

    for way in (srcgrad.hvp, srcgrad.vhp):
        (found,) = way(functools.partial(f, 2.0), (X,), (V,))
        same(found, 12.0 * X * V)


def growing(x):
    y = x[:1]
    for i in range(1, len(x)):
        y = np.concatenate([y, y[-1:] * x[i : i + 1]])
    return np.sum(y**2)


def shrinking(x):
    y = x
    while len(y) > 1:
        y = y[1:] * y[:-1]
    return np.sum(y)


@pytest.mark.parametrize("f", [growing, shrinking])
def test_hessians_of_loops_whose_arrays_change_size(f):
    columns, rows = srcgrad.hessian(f)(X), srcgrad.jacobian(srcgrad.grad(f), mode="reverse")(X)
    same(columns, rows)
    step = 1e-5 * np.eye(4)
    differences = [srcgrad.grad(f)(X + e) - srcgrad.grad(f)(X - e) for e in step]
    np.testing.assert_allclose(columns, np.array(differences) / 2e-5, 1e-7, 1e-8)
    same(srcgrad.hessian(f, sparse=True)(X).toarray(), columns)
    same(srcgrad.vhp(f, (X,), (V,))[0], columns @ V)


def cubes(x, p):
    return np.sum(x**3) * p["a"], {"double": 2.0 * x, "kind": "cubes"}


def test_products_beside_what_else_is_returned():
    point, vectors = (X, {"a": 2.0}), (V, {"a": 1.0})
    expected = srcgrad.hvp(lambda *inputs: cubes(*inputs)[0], point, vectors)
    for products in (srcgrad.hvp, srcgrad.vhp):
        for jit in (False, True):
            found, aux = products(cubes, point, vectors, has_aux=True, jit=jit)
            same(found, expected)
            same(aux, {"double": 2.0 * X, "kind": "cubes"})
        each, _ = products(cubes, point, (np.stack([V, X]), None), has_aux=True)
        same(each[0][0], products(cubes, point, (V, None), has_aux=True)[0][0])

        def inside(x, products=products):
            (found, _), aux = products(cubes, (x, {"a": 2.0}), (V, None), has_aux=True)
            return np.sum(found * aux["double"])  # 12 x V 2 x

        same(srcgrad.grad(inside)(X), 48.0 * X * V)


def of_three(x, w, k):
    return np.sum(np.sin(x) * w * w) * k + np.sum(x**3)


INPUTS_OF_THREE = np.array([0.3, -0.5]), np.array([1.5, 2.0]), 0.7


@pytest.mark.parametrize("product", [srcgrad.hvp, srcgrad.vhp])
@pytest.mark.parametrize("argnums", [0, (0,), (1, 0), (2,), (-1, 0), [2, 1]])
@pytest.mark.parametrize("jit", [False, True])
def test_products_by_some_inputs(product, argnums, jit):
    order = [argnums] if isinstance(argnums, int) else list(argnums)
    vectors = tuple(np.float64(0.5) * INPUTS_OF_THREE[k] for k in order)
    full = [None] * 3
    for k, vector in zip(order, vectors, strict=True):
        full[k] = vector
    expected = srcgrad.hvp(of_three, INPUTS_OF_THREE, tuple(full))
    found = product(of_three, INPUTS_OF_THREE, vectors, argnums=argnums, jit=jit)
    assert len(found) == len(order)
    for k, one in zip(order, found, strict=True):
        assert np.shape(one) == np.shape(expected[k])
        np.testing.assert_allclose(one, expected[k], 1e-12, 1e-14)


@pytest.mark.parametrize("product", [srcgrad.hvp, srcgrad.vhp])
def test_several_products_by_some_inputs_with_aux(product):
    def f(x, w, k):
        return of_three(x, w, k), (k, x)

    several = (np.eye(2),)
    found, aux = product(f, INPUTS_OF_THREE, several, argnums=1, has_aux=True)
    one_by_one = [srcgrad.hvp(of_three, INPUTS_OF_THREE, (None, v, None))[1] for v in np.eye(2)]
    np.testing.assert_allclose(found[0], one_by_one, 1e-12)
    assert aux[0] == 0.7 and np.array_equal(aux[1], INPUTS_OF_THREE[0])
    plain = product(of_three, INPUTS_OF_THREE, several, argnums=1)
    np.testing.assert_allclose(plain[0], one_by_one, 1e-12)


def test_a_linear_map_of_some_inputs():
    value, push = srcgrad.linearize(of_three, *INPUTS_OF_THREE, argnums=(2, 0))
    assert value == of_three(*INPUTS_OF_THREE)
    x_dot = np.array([1.0, -2.0])
    expected = srcgrad.jvp(of_three, INPUTS_OF_THREE, (x_dot, None, 0.5))[1]
    np.testing.assert_allclose(push(0.5, x_dot), expected, 1e-12)
    np.testing.assert_allclose(push(None, x_dot), push(0.0, x_dot), 1e-12)
    with pytest.raises(srcgrad.CotangentError, match="2 inputs have 3 tangents"):
        push(0.5, x_dot, None)
    for wrong in ((0, 0), 3, (-4,)):
        with pytest.raises(srcgrad.InputError, match="argnums names"):
            srcgrad.linearize(of_three, *INPUTS_OF_THREE, argnums=wrong)
        with pytest.raises(srcgrad.InputError, match="argnums names"):
            srcgrad.hvp(of_three, INPUTS_OF_THREE, (x_dot,), argnums=wrong)
