"""Jacobians, Hessians and their kin: against PyTorch, differences and one another."""

import copy
import pickle

import numpy as np
import pytest

import srcgrad
from srcgrad.ir.trees import leaves
from tests.programs import PROGRAMS

X = np.array([0.5, -0.3, 0.8, 1.2])
V = np.array([1.0, -2.0, 0.5, 3.0])
MODES = ("auto", "forward", "reverse")


def same(found, expected, rtol=1e-12, atol=1e-13):
    """Structure, shape, dtype and values."""
    assert type(found) is type(expected) or isinstance(found, np.generic | np.ndarray)
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, tuple | list):
        assert len(found) == len(expected)
        for pair in zip(found, expected, strict=True):
            same(*pair, rtol, atol)
    elif expected is None or isinstance(expected, str):
        assert found == expected
    else:
        assert np.shape(found) == np.shape(expected)
        assert np.result_type(found) == np.result_type(expected)
        np.testing.assert_allclose(found, expected, rtol, atol)


def mixing(x, a):
    """Stores, a loop, and an output of another size than the inputs."""
    y = np.sin(x) * a
    for i in range(len(x)):
        y[i] = y[i] * x[i - 1]
    return np.concatenate([y, x[:2] ** 2])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def power_sum(x, n):
    return np.sum(x**n) * x[0]


def of_structure(p, n):
    return {"a": p["w"] @ p["v"] * n, "b": [np.sum(p["w"] ** 2), n]}


P = {"w": np.arange(6.0).reshape(2, 3), "v": np.array([1.0, -1.0, 2.0])}


# --- Jacobians --------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_against_pytorch(mode):
    torch = pytest.importorskip("torch")

    def of_torch(x, a):
        y = torch.sin(x) * a
        return torch.cat([y * torch.roll(x, 1), x[:2] ** 2])

    x, a = torch.tensor(X), torch.tensor(1.5, dtype=torch.float64)
    expected = torch.autograd.functional.jacobian(of_torch, (x, a))
    found = srcgrad.jacobian(mixing, (0, 1), mode=mode)(X, 1.5)
    same(found, tuple(part.numpy() for part in expected))


def of_torch(program):
    """The Jacobian of a program of the corpus by its first array, as PyTorch has it; where it stands."""
    torch = pytest.importorskip("torch")
    inputs = program.fresh()
    at = next(k for k, x in enumerate(inputs) if isinstance(x, np.ndarray) and x.dtype == float)

    def f(x):
        others = [torch.as_tensor(v) if isinstance(v, np.ndarray) else v for v in program.fresh()]
        return program.torch(*others[:at], x.clone(), *others[at + 1 :])

    return torch.autograd.functional.jacobian(f, torch.tensor(inputs[at])).numpy(), at


def is_of_arrays(program):
    values = [*program.fresh(), program.f(*program.fresh())]
    arrays = [x for x in values if isinstance(x, np.ndarray) and x.dtype == float and x.size]
    return len(arrays) == len(values) > 1


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_programs_against_pytorch(mode):
    tried = 0
    for program in [p for p in PROGRAMS if p.torch is not None and p.smooth][::8]:
        if is_of_arrays(program):
            expected, at = of_torch(program)
            found = srcgrad.jacobian(program.f, at, mode=mode)(*program.fresh())
            same(found, expected, 1e-9, 1e-11)
            tried += 1
    assert tried > 9


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_structures(mode):
    w, v = P["w"], P["v"]
    a_w = 2.0 * np.einsum("ik,j->ikj", np.eye(2), v)
    expected = {"a": {"w": a_w, "v": 2.0 * w}, "b": [{"w": 2.0 * w, "v": 0.0 * v}, None]}
    same(srcgrad.jacobian(of_structure, mode=mode)(P, 2), expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "f, x, expected",
    [
        (lambda x: x**2, 3.0, np.float64(6.0)),
        (lambda x: x**2, np.float32(3.0), np.float32(6.0)),
        (lambda x: x**2, np.array(3.0), np.array(6.0)),
        (lambda x: np.stack([x, x * x]), 3.0, np.array([1.0, 6.0])),
        (lambda x: np.sum(x**2), np.ones(2, "float32"), np.full(2, 2.0, "float32")),
        (lambda x: x**2, np.ones((0,)), np.ones((0, 0))),
        (lambda x: np.ones(3), np.ones(2), np.zeros((3, 2))),
        (lambda x: [v * v for v in x], np.ones(2), [np.array([2.0, 0.0]), np.array([0.0, 2.0])]),
        (lambda x: x.T, np.ones((2, 3)), np.eye(6).reshape(2, 3, 2, 3).transpose(1, 0, 2, 3)),
    ],
)
def test_shapes_and_dtypes(f, x, expected, mode):
    same(srcgrad.jacobian(f, mode=mode)(x), expected)


def test_the_dtype_is_that_of_the_mode():
    single, double = np.ones(2, "float32"), np.ones(2)

    def product(x, y):
        return x * y

    rows = srcgrad.jacobian(product, (0, 1), mode="reverse")(single, double)
    columns = srcgrad.jacobian(product, (0, 1), mode="forward")(single, double)
    assert [block.dtype for block in rows] == ["float32", "float64"]
    assert [block.dtype for block in columns] == ["float64", "float64"]


@pytest.mark.parametrize("mode", MODES)
def test_value_and_aux(mode):
    def f(x):
        return x**2, {"count": 7, "x": x}

    value, found = srcgrad.value_and_jacobian(f, has_aux=True, mode=mode)(X)
    same(value, (X**2, {"count": 7, "x": X}))
    same(found, np.diag(2.0 * X))
    found, aux = srcgrad.jacobian(f, has_aux=True, mode=mode)(X)
    same(found, np.diag(2.0 * X))
    assert aux["count"] == 7


def test_keywords_and_negative_argnums():
    def f(x, y, *, scale=1.0):
        return scale * x * y

    same(srcgrad.jacobian(f, -1)(2.0, X, scale=3.0), 6.0 * np.eye(4))
    same(srcgrad.jacobian(f, (1, 0))(2.0, X), (2.0 * np.eye(4), X))


def test_called_by_keywords_alone():
    def f(a, x, power=2, *, scale=1.0):
        return scale * a * np.sum(x**power)

    expected = 24.0 * X**2
    same(srcgrad.jacobian(f, 1)(x=X, power=3, a=2.0, scale=4.0), expected)
    same(srcgrad.jacobian(f, (1, 2))(2.0, x=X**2, power=3.0)[0], 6.0 * X**4)
    same(srcgrad.hessian(rosenbrock)(x=X), srcgrad.hessian(rosenbrock)(X))
    same(srcgrad.laplacian(rosenbrock)(x=X), srcgrad.laplacian(rosenbrock)(X))
    same(srcgrad.elementwise_grad(f, 1)(a=2.0, x=X, power=3, scale=4.0), expected)
    value, dot = srcgrad.forward(f, 1)(2.0, power=3, x=X, tangent=V)
    same((value, dot), srcgrad.jvp(f, (2.0, X, 3), (None, V, None)))
    for way in (srcgrad.jacobian, srcgrad.forward):
        with pytest.raises(srcgrad.InputError, match="names input 1"):
            way(f, 1)(2.0)
    assert "def rosenbrock_jvp(x, " in srcgrad.hessian(rosenbrock).source(x=X)


def test_auto_moves_the_fewer_numbers():
    assert "_jvp" in srcgrad.jacobian(lambda a: np.outer(X, X) * a).source(2.0)
    assert "_reverse" in srcgrad.jacobian(rosenbrock).source(X)


def test_the_function_runs_once_by_rows(capsys):
    def f(x):
        print("run")
        return x * x

    srcgrad.jacobian(f, mode="reverse")(X)
    assert capsys.readouterr().out == "run\n"


def test_inputs_are_not_changed():
    def f(x):
        x[1:] *= x[:-1]
        return x

    x = X.copy()
    rows, columns = (srcgrad.jacobian(f, mode=mode)(x) for mode in ("reverse", "forward"))
    np.testing.assert_array_equal(x, X)
    same(rows, columns)
    same(rows[1, :2], X[1::-1])


@pytest.mark.parametrize(
    "f, x, message",
    [
        (lambda x: x * 2.0, 1j, "complex"),
        (lambda x: x * 1j, 1.0, "complex"),
        (lambda x: len(x), X, "the output holds no floating number"),
        (lambda x: x * 2.0, np.arange(3), "int64"),
    ],
)
def test_refusals(f, x, message):
    with pytest.raises(srcgrad.InputError, match=message):
        srcgrad.jacobian(f, mode="reverse")(x)


def test_wrong_arguments():
    with pytest.raises(srcgrad.InputError, match="argnums names input 3"):
        srcgrad.jacobian(rosenbrock, 3)(X)
    for argnums in ((0, 0), [0, -1]):
        for make in (srcgrad.jacobian, srcgrad.hessian, srcgrad.value_and_hessian):
            with pytest.raises(srcgrad.InputError, match="names an input twice"):
                make(rosenbrock, argnums)(X)
    same(srcgrad.hessian(rosenbrock, [0])(X)[0][0], srcgrad.hessian(rosenbrock)(X))
    for trace in (srcgrad.laplacian, srcgrad.divergence):
        with pytest.raises(srcgrad.InputError, match="it is by one input"):
            trace(rosenbrock, (0,))
    with pytest.raises(srcgrad.InputError, match="mode is 'sideways'"):
        srcgrad.jacobian(rosenbrock, mode="sideways")


# --- Hessians ---------------------------------------------------------------------------------


def test_hessian_against_pytorch():
    torch = pytest.importorskip("torch")

    def of_torch(x, a):
        return torch.sum(torch.sin(x * a) * torch.exp(x))

    def f(x, a):
        return np.sum(np.sin(x * a) * np.exp(x))

    x, a = torch.tensor(X), torch.tensor(1.5, dtype=torch.float64)
    expected = torch.autograd.functional.hessian(of_torch, (x, a))
    found = srcgrad.hessian(f, (0, 1))(X, 1.5)
    same(found, tuple(tuple(part.numpy() for part in row) for row in expected))


def test_hessians_of_structures():
    def f(p):
        return np.sum(p["v"] ** 2) * p["b"]

    found = srcgrad.hessian(f)({"v": X, "b": 3.0})
    column = 2.0 * X
    same(found, {"v": {"v": 6.0 * np.eye(4), "b": column}, "b": {"v": column, "b": np.float64(0)}})


def test_values_and_dtypes_of_hessians():
    def f(x):
        return np.sum(x**3), "aux"

    x = X.astype("float32")
    value, found = srcgrad.value_and_hessian(f, has_aux=True)(x)
    same(value, (np.sum(x**3), "aux"), 1e-6)
    same(found, np.diag(6.0 * x), 1e-6)
    same(srcgrad.hessian(f, has_aux=True)(x), (found, "aux"))
    same(srcgrad.value_and_hessian(rosenbrock)(X)[0], rosenbrock(X))
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.hessian(mixing)(X, 1.0)


# --- others -----------------------------------------------------------------------------------


def test_elementwise_grad():
    same(srcgrad.elementwise_grad(np.sin)(X), np.cos(X))
    same(srcgrad.elementwise_grad(lambda x, w: w * x**2, (0, 1))(X, 2.0), (4.0 * X, np.sum(X**2)))
    same(srcgrad.elementwise_grad(np.sin)(0.3), np.float64(np.cos(0.3)))


def test_divergence():
    same(srcgrad.divergence(lambda x: x**3 + x[::-1])(X[:3]), 3 * np.sum(X[:3] ** 2) + 1.0)
    same(
        srcgrad.divergence(lambda p: {"u": p["u"] * p["t"], "t": p["t"] ** 2})({"u": X, "t": 3.0}),
        18.0,
    )
    with pytest.raises(srcgrad.InputError, match="other shapes"):
        srcgrad.divergence(lambda x: x[:1])(X)


# --- inside of functions that are differentiated -------------------------------------------------

STORED = srcgrad.hessian(rosenbrock)

NESTED = {
    "rows": lambda x: np.sum(srcgrad.jacobian(mixing, mode="reverse")(x, 1.5) ** 2),
    "columns": lambda x: np.sum(srcgrad.jacobian(mixing, mode="forward")(x, 1.5) ** 2),
    "hessian": lambda x: np.sum(np.diag(srcgrad.hessian(rosenbrock)(x)) ** 3),
    "a global": lambda x: np.sum(STORED(x)[0] * x),
    "products": lambda x: (
        x @ (srcgrad.hvp(rosenbrock, (x,), (V,))[0] + srcgrad.vhp(rosenbrock, (V,), (x,))[0])
    ),
    "products with an integer": lambda x: np.sum(
        srcgrad.hvp(power_sum, (x, 3), (V, None))[0] * srcgrad.vhp(power_sum, (V, 4), (x, None))[0]
    ),
    "laplacian": lambda x: srcgrad.laplacian(rosenbrock)(x) * srcgrad.divergence(np.exp)(x),
    "others": lambda x: np.sum(
        srcgrad.elementwise_grad(np.exp)(x) * srcgrad.forward(np.sin)(x, tangent=x * V)[1]
    ),
    "linearize": lambda x: np.sum(srcgrad.linearize(mixing, x, 2.0)[1](x * x, None) ** 2),
    "structures": lambda x: np.sum(
        srcgrad.value_and_jacobian(lambda p: {"y": p["a"] ** 2 * p["b"]})({"a": x, "b": x[0]})[1][
            "y"
        ]["b"]
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_nested(name):
    """Forward, reverse, and differences, which run the calls as they are."""
    f = NESTED[name]
    value, tangent = srcgrad.jvp(f, (X,), (V,))
    same(value, f(X), 1e-12)
    same(srcgrad.grad(f)(X) @ V, tangent, 1e-10)
    step = 1e-5
    np.testing.assert_allclose((f(X + step * V) - f(X - step * V)) / (2 * step), tangent, 1e-6)


def test_a_variable_of_the_outer_function():
    """The inner derivative takes it for a constant, the outer one does not."""

    def f(w):
        inner = srcgrad.jacobian(lambda x: w * x**3)
        return np.sum(inner(w) ** 2)

    same(srcgrad.grad(f)(X), 54.0 * X**5)  # the Jacobian is 3 w^3 on the diagonal


def test_orders_mix():
    third = srcgrad.jacobian(STORED)(X)
    same(third, srcgrad.jacobian(srcgrad.jacobian(srcgrad.grad(rosenbrock)), mode="forward")(X))
    same(np.einsum("ijk,k->ij", third, V), srcgrad.jvp(STORED, (X,), (V,))[1])
    fourth = srcgrad.hessian(lambda x: srcgrad.laplacian(rosenbrock)(x))(X)
    same(np.diag(fourth), np.array([2400.0, 2400.0, 2400.0, 0.0]))


# --- as objects -------------------------------------------------------------------------------


class Cubic:
    def __init__(self, scale):
        self.scale = scale

    @srcgrad.hessian
    def energy(self, x):
        """Its Hessian."""
        return self.scale * np.sum(x**3)

    @srcgrad.jacobian(mode="forward")
    def force(self, x):
        return self.scale * x**2


def test_methods():
    cubic = Cubic(3.0)
    same(cubic.energy(X), np.diag(18.0 * X))
    same(cubic.force(X), np.diag(6.0 * X))
    assert Cubic.energy.__doc__ == "Its Hessian."


@srcgrad.jacobian(argnums=1)
def decorated(s, x):
    return s * x**2


def test_they_are_pickled_and_copied():
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert copy.deepcopy(decorated) is decorated
    again = pickle.loads(pickle.dumps(STORED))
    same(again(X), STORED(X))
    assert repr(STORED) == "<hessian of rosenbrock, argnums=0>"


def test_source_is_what_runs():
    assert "rosenbrock_jvp" in STORED.source(X)
    text = srcgrad.jacobian(mixing, mode="forward").source(X, 1.5)
    assert "def mixing_jvp(x, a, " in text
    assert all(isinstance(leaf, np.ndarray) for leaf in leaves(decorated(2.0, X)))
