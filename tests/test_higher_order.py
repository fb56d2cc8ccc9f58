"""Derivatives of derivatives: generated code goes through the pipeline again."""

import functools

import numpy as np
import pytest

import srcgrad

# --- the ways to write it ---------------------------------------------------------------------


def cube(x):
    return x * x * x


def loss(w, x):
    return np.sum(np.tanh(x @ w) ** 2)


W, X = np.array([0.3, -0.2, 0.5]), np.linspace(-1.0, 1.0, 12).reshape(4, 3)


def hessian(f, x, step=1e-5):
    """Central differences of the gradient."""
    rows = [
        (srcgrad.grad(f)(x + step * e) - srcgrad.grad(f)(x - step * e)) / (2 * step)
        for e in np.eye(len(x))
    ]
    return np.array(rows)


def test_grad_of_grad():
    second = srcgrad.grad(srcgrad.grad(cube))
    assert second(2.0) == 12.0
    assert srcgrad.grad(second)(2.0) == 6.0
    assert srcgrad.grad(srcgrad.grad(second))(2.0) == 0.0
    assert second.primal.primal is cube


def test_jvp_of_grad():
    assert srcgrad.jvp(srcgrad.grad(cube), (2.0,), (1.0,)) == (12.0, 12.0)


def test_hessian_vector_product_in_the_users_code():
    def hvp(w, v):
        return srcgrad.jvp(srcgrad.grad(lambda u: loss(u, X)), (w,), (v,))[1]

    v = np.array([1.0, -2.0, 0.5])
    expected = hessian(lambda w: loss(w, X), W) @ v
    np.testing.assert_allclose(hvp(W, v), expected, 1e-7)


def test_reverse_over_forward():
    def slope(w, v):
        return srcgrad.jvp(lambda u: loss(u, X), (w,), (v,))[1]

    v = np.array([1.0, -2.0, 0.5])
    w_bar, v_bar = srcgrad.vjp(slope, (W, v))
    np.testing.assert_allclose(w_bar, hessian(lambda w: loss(w, X), W) @ v, 1e-7)
    np.testing.assert_allclose(v_bar, srcgrad.grad(loss)(W, X))


def test_forward_over_forward():
    def slope(x):
        return srcgrad.jvp(cube, (x,), (1.0,))[1]

    assert srcgrad.jvp(slope, (2.0,), (1.0,)) == (12.0, 12.0)


def test_a_closure_over_a_variable_of_the_outer_function():
    """The inner derivative takes ``w`` for a constant, the outer one does not."""

    def f(w):
        inner = srcgrad.grad(lambda x: np.sum(w * x**3))
        return np.sum(inner(w) ** 2)

    # inner(w) = 3 w^3, so f = 9 sum(w^6)
    np.testing.assert_allclose(srcgrad.grad(f)(W), 54 * W**5)


def test_perturbations_are_not_confused():
    """d/dx (x * d/dy (x + y)) is 1."""

    def f(x):
        return x * srcgrad.grad(lambda y: x + y)(1.0)

    assert srcgrad.grad(f)(1.0) == 1.0

    def g(x):
        return x * srcgrad.jvp(lambda y: x * y, (1.0,), (1.0,))[1]

    assert srcgrad.jvp(g, (3.0,), (1.0,)) == (9.0, 6.0)


def test_value_and_grad_inside():
    def f(x):
        value, gradient = srcgrad.value_and_grad(cube)(x)
        return value * gradient  # 3 x^5

    np.testing.assert_allclose(srcgrad.grad(f)(2.0), 15 * 2.0**4)


def test_aux_inside():
    def f(x):
        gradient, (double,) = srcgrad.grad(lambda y: (y**3, (2 * y,)), has_aux=True)(x)
        return gradient * double  # 6 x^3

    assert srcgrad.grad(f)(2.0) == 72.0


def test_value_and_vjp_and_pullback_inside():
    def f(x, v):
        value, (gradient,) = srcgrad.value_and_vjp(lambda y: y * np.sin(y), (x,), v)
        again, pull = srcgrad.pullback(lambda y: y * np.sin(y), x)
        return np.sum(value * gradient - again * pull(v)[0])

    x_bar, v_bar = srcgrad.vjp(f, (W, X[0]))
    np.testing.assert_array_equal(x_bar, np.zeros(3))
    np.testing.assert_array_equal(v_bar, np.zeros(3))


def test_several_inputs_and_structures():
    def f(params):
        bars = srcgrad.grad(lambda p: np.sum(p["w"] ** 3) * p["b"][0])(params)
        return np.sum(bars["w"]) + bars["b"][0]

    gradient = srcgrad.grad(f)({"w": W, "b": (2.0, 5)})
    np.testing.assert_allclose(gradient["w"], 12 * W + 3 * W**2)
    np.testing.assert_allclose(gradient["b"][0], np.sum(3 * W**2))
    assert gradient["b"][1] is None


def test_argnums_inside():
    def f(x, y):
        dx, dy = srcgrad.grad(lambda a, b: a * b * b, argnums=(0, -1))(x, y)
        return dx * dy  # 2 x y^3

    assert srcgrad.vjp(f, (2.0, 3.0)) == (54.0, 108.0)


def test_a_loop_of_newton_steps():
    """A derivative inside of a loop, differentiated by the parameter of the equation."""

    def root(c, n):
        x = 1.0
        for _ in range(n):
            x = x - (x * x - c) / srcgrad.grad(lambda y: y * y - c)(x)
        return x

    np.testing.assert_allclose(srcgrad.grad(root)(2.0, 8), 0.5 / np.sqrt(2.0))


def test_an_inner_gradient_step():
    def adapted(w, rate):
        inner = w - rate * srcgrad.grad(loss)(w, X)
        return loss(inner, X)

    expected = (adapted(W, 0.1 + 1e-6) - adapted(W, 0.1 - 1e-6)) / 2e-6
    np.testing.assert_allclose(srcgrad.grad(adapted, argnums=1)(W, 0.1), expected, 1e-6)


def test_a_gradient_that_is_written_into():
    def f(x):
        gradient = srcgrad.grad(lambda y: np.sum(y * x))(x)
        gradient[0] = 5.0  # a new array: x stays as it is
        return np.sum(gradient * x)

    np.testing.assert_allclose(srcgrad.grad(f)(W), [5.0, 2 * W[1], 2 * W[2]])


def test_a_derivative_changes_nothing():
    def f(x):
        def inner(y):
            y[0] = y[1] * y[2]
            return np.sum(y * y)

        gradient = srcgrad.grad(inner)(x)
        return np.sum(gradient * x)

    expected = (f(W + 1e-6 * W) - f(W - 1e-6 * W)) / 2e-6
    np.testing.assert_allclose(srcgrad.grad(f)(W) @ W, expected, 1e-6)


class Layer:
    def __init__(self, w):
        self.w = w

    def loss(self, x):
        return np.sum(self.w * x**3)


def test_methods_and_partial_functions():
    layer = Layer(np.array([1.0, 2.0, 3.0]))

    def f(x):
        return np.sum(srcgrad.grad(layer.loss)(x))

    np.testing.assert_allclose(srcgrad.grad(f)(W), 6 * layer.w * W)
    power = functools.partial(lambda n, x: x**n, 3)
    assert srcgrad.grad(srcgrad.grad(power))(2.0) == 12.0


def power(x, n):
    return x if n == 0 else x * power(x, n - 1)


def test_recursion():
    assert srcgrad.grad(srcgrad.grad(power))(2.0, 3) == 48.0


def test_equal_indices_of_a_store():
    """Of equal indices the last one is stored; its adjoint is linear, and so is the adjoint's."""

    def f(v):
        y = np.zeros(3)
        y[np.array([0, 0, 2])] = v**2
        return np.sum(y**2)

    x = np.array([1.0, 2.0, 3.0])
    total = srcgrad.grad(lambda v: np.sum(srcgrad.grad(f)(v)))(x)
    np.testing.assert_allclose(total, [0.0, 12 * 4.0, 12 * 9.0])


def test_division_by_zero_gives_infinity():
    with np.errstate(all="ignore"):
        assert srcgrad.grad(srcgrad.grad(lambda x: np.log(x)))(0.0) == -np.inf
        assert srcgrad.grad(srcgrad.grad(lambda x: 1.0 * np.sqrt(x)))(0.0) == -np.inf


def test_single_precision_stays_single():
    found = srcgrad.grad(srcgrad.grad(lambda x: x**3))(np.float32(2.0))
    assert found == 12.0 and found.dtype == np.float32


def test_an_input_that_nothing_reads():
    def f(params):
        return np.sum(srcgrad.grad(lambda p: p[0] ** 2)(params)[0] * np.ones(2))

    gradient = srcgrad.grad(f)((3.0, np.ones(2)))
    assert gradient[0] == 4.0
    np.testing.assert_array_equal(gradient[1], np.zeros(2))


# --- refusals ---------------------------------------------------------------------------------


def test_an_inner_output_that_is_no_number():
    with pytest.raises(srcgrad.CotangentError, match="not one number"):
        srcgrad.grad(lambda x: np.sum(srcgrad.grad(lambda y: y * y)(x)))(W)


def test_an_inner_cotangent_of_another_shape():
    with pytest.raises(srcgrad.CotangentError, match=r"\(2,\)"):
        srcgrad.vjp(lambda x: srcgrad.vjp(cube, (x,), np.ones(2))[0], (W,), np.ones(3))


def test_an_inner_input_that_is_no_float():
    with pytest.raises(srcgrad.InputError, match="no float"):
        srcgrad.grad(lambda x: x * srcgrad.grad(power, argnums=1)(x, 2))(1.0)


def test_a_reshape_whose_layout_is_not_known():
    def inner(y):
        flat = y.reshape(-1)
        flat[0] = y[1, 1] ** 2
        return np.sum(y)

    square = np.ones((2, 2))
    found = srcgrad.grad(lambda x: np.sum(srcgrad.grad(inner)(x)))(square)
    np.testing.assert_array_equal(found, [[0.0, 0.0], [0.0, 2.0]])
    with pytest.raises(srcgrad.AliasError):
        srcgrad.grad(lambda x: np.sum(srcgrad.grad(inner)(x)))(square[:, ::-1])
    with pytest.raises(srcgrad.AliasError):
        srcgrad.grad(lambda x: np.sum(srcgrad.grad(inner)(x.T)))(square)


class Scaled:
    """An object with attributes that are named as those of sparse matrices are."""

    def __init__(self, data, _shape):
        self.data = data
        self._shape = _shape


def test_an_inner_tangent_of_an_object_of_any_attributes():
    def along(x):
        moved = Scaled(np.ones_like(x), 0.5 * x[1])
        return srcgrad.jvp(lambda o: np.sum(o.data**2) * o._shape, (Scaled(x, x[0]),), (moved,))[1]

    found = srcgrad.grad(along)(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found, [16.0, 13.0, 8.0], 1e-14)


@pytest.mark.parametrize(
    "norm",
    [
        lambda x: np.linalg.norm(x, 2),
        lambda x: np.linalg.norm(x, -2),
        lambda x: np.linalg.norm(x, "nuc"),
        lambda x: np.linalg.norm(x, 1) * np.linalg.norm(x, -1),
        lambda x: np.linalg.norm(x, np.inf, (1, 0)) * np.linalg.norm(x, -np.inf),
    ],
)
def test_norms_of_matrices(norm):
    x, way = np.array([[1.0, 2.0, 0.3], [0.4, -1.5, 2.2]]), np.array([[0.3, 1, 0.2], [1, 2, -0.7]])
    gradient = srcgrad.grad(norm)
    found = srcgrad.jvp(gradient, (x,), (way,))[1]
    wanted = (gradient(x + 1e-6 * way) - gradient(x - 1e-6 * way)) / 2e-6
    assert found.shape == x.shape and found.dtype == x.dtype
    np.testing.assert_allclose(found, wanted, 1e-6, 1e-8)
