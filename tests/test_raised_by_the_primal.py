"""What the function raises, its gradient raises: the class and the message are the primal's."""

import linecache
import math
import warnings

import numpy as np
import pytest

import srcgrad
from srcgrad.rules.operation import OPS, REQUIRED

A = np.array([1.0, 2.0, 3.0])
M = np.arange(1.0, 7.0).reshape(2, 3)

# the body of ``f(x, k)``, and inputs with which it raises
ROWS = [
    ("return (2.0 * x).item()", A, 0),
    ("return x[:k].item()", A, 0),
    ("return x.item() * k", M, 2.0),
    ("return np.sum(np.insert(x, k, 1.0))", A, 4),
    ("return np.sum(np.insert(x, k, 1.0))", A, -4),
    ("return np.sum(np.gradient(x[:k]))", A, 1),
    ("return np.sum(np.gradient(x, edge_order=k))", A[:2], 2),
    ("return x @ k", A, np.ones(4)),
    ("return np.sum(x + k)", M, np.ones((3, 2))),
    ("return np.sum(x * k)", M, np.ones((3, 2))),
    ("y = x + k\n return np.sum(y*2)", M, np.ones(2)),
    ("z = x[0:k] * x[1:3]\n return x[0]", A, 3),
    ("return np.sum(x[0:k] * x[1:3])", A, 3),
    ("return np.sum(x[0:k] - x[1:3])", A, 3),
    ("return x[0:k] @ x[1:3]", A, 1),
    ("return x[0] * math.log(k) ", A, -1.0),
    ("return math.log(k) + x[0]", A, -1.0),
    ("return math.log(x[0]*k)", A, -1.0),
    ("return math.sqrt(x[0]*k)", A, -1.0),
    ("return math.exp(x[0]*k)", A, 1e9),
    ("return math.exp(x[0]) + math.exp(k)", A, 1e9),
    ("return x[0] + k ** 2", A, 1e300),
    ("return x[0] + k ** -1", A, 0.0),
    ("return x[0] + 1.0 / k", A, 0.0),
    ("return x[0] + 1 // k", A, 0),
    ("return x[0] + 1 % k", A, 0),
    ("return x[0] + 1.0 % k", A, 0.0),
    ("return x[0] + 0 * (7 // k)", A, 0),
    ("return math.sin(x[0]*k)", A, math.inf),
    ("return x[0] + math.sin(k)", A, math.inf),
    ("return x[0] + math.asin(k)", A, 2.0),
    ("return math.asin(x[0]*k)", A, 2.0),
    ("return math.acosh(x[0]*k)", A, 0.5),
    ("return math.atanh(x[0]*k)", A, 0.9 + 0.5),
    ("return math.lgamma(x[0]*k)", A, 0.0),
    ("return math.gamma(x[0]*k)", A, -1.0),
    ("return math.pow(x[0]*k, 0.5)", A, -1.0),
    ("return math.sinh(x[0]*k)", A, 1e9),
    ("return math.fmod(x[0], k)", A, 0.0),
    ("return x[0] * math.factorial(k)", A, -1),
    ("return x[0] + 0.0*math.factorial(k)", A, -1),
    ("return np.sum(np.sum(x, axis=k))", A, 3),
    ("return np.sum(np.sum(x, axis=3))", A, 3),
    ("return np.sum(np.max(x, axis=k))", A, 3),
    ("return np.max(x[k:])", A, 5),
    ("return np.min(x[k:]) + x[0]", A, 5),
    ("return x[0] + np.argmax(x[k:])", A, 5),
    ("return np.sum(x.reshape(k, 2))", A, 2),
    ("return np.sum(x.reshape(k, -1))", A, 2),
    ("return np.sum(x.reshape(2, 2))", A, 2),
    ("return np.sum(np.concatenate([x, k]))", A, M),
    ("return np.sum(np.stack([x, k]))", A, np.ones(4)),
    ("return np.sum(np.vstack([x, k]))", A, np.ones(4)),
    ("return np.sum(np.column_stack([x, k]))", A, np.ones(4)),
    ("return np.sum(np.linalg.inv(np.diag(x)*k))", A, 0.0),
    ("np.linalg.inv(np.diag(x)*k)\n return x[0]", A, 0.0),
    ("np.linalg.solve(np.diag(x)*k, x)\n return x[0]", A, 0.0),
    ("return np.linalg.det(x[:k, :])", M, 2),
    ("return np.sum(np.linalg.inv(x))", M, 2),
    ("return np.sum(np.linalg.cholesky(np.diag(x)*k))", A, -1.0),
    ("np.linalg.cholesky(np.diag(x)*k)\n return x[0]", A, -1.0),
    ("return x[0]*float(int('x'))", A, 1),
    ("return x[0]*float(int(f'{k}x'))", A, 1),
    ("a, b = x\n return a*b", A, 1),
    ("a, b = x[:k]\n return a*b", A, 1),
    ("a, b = [v for v in x]\n return a*b", A, 1),
    ("d = {'a': x}\n return np.sum(d['b'])", A, 1),
    ("d = {'a': x}\n return np.sum(d['a']) + k['z']", A, {"y": 1.0}),
    ("xs = [v for v in x]\n for _ in range(k):\n  xs.pop()\n return x[0]", A, 4),
    ("xs = [v for v in x]\n s = 0.0\n for _ in range(k):\n  s += xs.pop()\n return s", A, 4),
    ("xs = [v for v in x]\n return xs[k]", A, 4),
    ("xs = [x[0], x[1]]\n return xs[5]", A, 4),
    ("xs = []\n xs.pop()\n return x[0]", A, 4),
    ("return np.sum(np.broadcast_to(x, (k, 2)))", A, 4),
    ("return np.sum(np.broadcast_to(x, (4, 2)))", A, 4),
    ("return np.sum(np.expand_dims(x, k))", A, 4),
    ("return np.sum(np.squeeze(x, k))", A, 0),
    ("return np.sum(np.squeeze(x, 0))", A, 0),
    ("return np.sum(np.transpose(x, (0, 1)))", A, 0),
    ("return np.sum(np.swapaxes(x, 0, k))", M, 2),
    ("return np.sum(np.moveaxis(x, 0, k))", M, 2),
    ("return np.sum(np.flip(x, k))", M, 2),
    ("return np.sum(np.roll(x, 1, k))", M, 2),
    ("return np.sum(np.cumsum(x, k))", M, 2),
    ("return np.sum(np.sort(x, k))", M, 2),
    ("return np.sum(np.take(x, k))", A, 5),
    ("return np.sum(np.repeat(x, k))", A, -1),
    ("return np.sum(np.tile(x, k))", A, -1),
    ("return np.sum(np.split(x, k)[0])", A, 2),
    ("return np.trace(x*k)", A, 2.0),
    ("return np.sum(np.diagonal(x*k))", A, 2.0),
    ("return np.sum(np.dot(x, k))", A, np.ones(2)),
    ("return np.sum(np.inner(x, k))", A, np.ones(2)),
    ("return np.sum(np.vdot(x, k))", A, np.ones(2)),
    ("return np.sum(np.tensordot(x, k, 1))", A, np.ones(2)),
    ("return np.einsum('i,i', x, k)", A, np.ones(2)),
    ("return np.sum(np.cross(x, k))", A, np.ones(4)),
    ("return np.sum(np.where(k > 0, x, 2.0))", A, np.ones(4)),
    ("return np.sum(np.clip(x, 0.0, k))", A, np.ones(4)),
    ("return np.sum(np.maximum(x, k))", A, np.ones(4)),
    ("return np.sum(np.interp(x, k, x))", A, np.ones(4)),
    ("return np.sum(np.convolve(x, x[k:]))", A, 5),
    ("return np.sum(np.pad(x, k))", A, -5),
    ("return np.sum(np.linspace(x[0], x[1], k))", A, -5),
    ("return np.sum(np.zeros(k)) + x[0]", A, -5),
    ("return np.sum(np.ones(k)*2.) + x[0]", A, -5),
    ("return np.sum(np.fft.fft(x[k:]).real)", A, 5),
    ("return np.sum(np.linalg.norm(x, axis=k))", A, 5),
    ("return np.sum(np.linalg.svd(x)[1])", A, 5),
    ("return np.sum(np.linalg.solve(x, k))", M, A),
    ("return np.sum(np.searchsorted(M, k)) + x[0]", A, 5.0),
    ("return float(x) + k", A, 5.0),
    ("return x[0] * float(x.sum(axis=0)) + float(x*k)", A, 5.0),
    ("return x[0] * (1 << k)", A, -5),
    ("return x[0] * len(k)", A, 5.0),
    ("y = np.zeros(3)\n y[0:k] = x\n return x[0]+np.sum(y)", A, 2),
    ("y = np.zeros(3)\n y[0:k] = x\n return x[0]", A, 2),
    ("y = x.copy()\n y += k\n return np.sum(y)", A, np.ones(4)),
    ("y = x.copy()\n y += k\n return np.sum(x)", A, np.ones(4)),
    ("y = x.copy()\n y[0:2] += k\n return np.sum(x)", A, np.ones(4)),
    ("y = np.zeros(3)\n y[0] = x\n return np.sum(x)", A, np.ones(4)),
    ("s = 0.0\n for i in range(k):\n  s += math.log(1.0 - 0.5*i) * x[0]\n return s", A, 4),
    ("s = 0.0\n for i in range(k):\n  s += math.log(x[0] - 0.5*i)\n return s", A, 4),
    # the first of several that loops raise, which the reverse sweep meets last
    ("s = 0.0\n for i in range(k):\n  s += x[i] * x[i]\n return s", A, 5),
    (
        "s = 0.0\n for i in range(k):\n  s += math.log(3.5 - i) * x[0] + 1.0 / (2 - i) * x[0]"
        "\n return s",
        A,
        5,
    ),
    ("s = x[0]\n d = {0: 1.0, 1: 2.0}\n for i in range(k):\n  s *= d[i]\n return s", A, 4),
    ("y = np.sort(np.sum(x) * k)\n return len(y) * x[0]", A, 2.0),
    ("s = 0.0\n if k > 2:\n  s = math.log(x[0] - k)\n return s", A, 4),
    ("s = 0.0\n if k > 2:\n  s = 1 / (k - 4)\n return s + x[0]", A, 4),
    ("assert k < 2, 'too large'\n return x[0]", A, 4),
    ("if k > 2:\n  raise ValueError('too large')\n return x[0]", A, 4),
    ("k = next(iter([]))\n return x[0]", A, 4),
    ("return x[0] * min([v for v in x[k:]])", A, 4),
    ("return x[0] * max(range(k))", A, 0),
    ("return sum(a*b for a, b in zip(x, k, strict=True))", A, np.ones(2)),
    ("return np.polyval(k, x[0])", A, "a"),
    ("return np.sum(np.diff(x, k))", A, -1),
    ("return np.prod(x.reshape(k))", A, 4),
    ("return np.sum(np.delete(x, k))", A, 4),
    ("return np.sum(np.append(x, k, axis=0))", A, M),
    ("return np.median(x, axis=k)", A, 4),
    ("return np.var(x, axis=k)", A, 4),
    ("return np.sum(np.atleast_2d(x) @ k)", A, np.ones(4)),
    ("return np.sum(np.linalg.eigh(x)[0])", M, np.ones(4)),
    ("return np.sum(np.kron(x, k))+np.sum(x + k)", A, np.ones(4)),
    ("return np.sum(np.average(x, weights=k))", A, np.zeros(3)),
]


def program(body):
    """The function ``f(x, k)`` with this body."""
    text = f"def f(x, k):\n {body}\n"
    file = f"<raises: {body}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space = {"np": np, "math": math, "M": M, "__name__": "raising"}
    exec(compile(text, file, "exec"), space)
    return space["f"]


def outcome(call):
    """The class and the message of what a call raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            call()
        except Exception as error:
            return type(error), str(error)
    return None


WAYS = {
    "vjp": lambda f, x, k: srcgrad.vjp(f, (x, k), argnums=(0,)),
    "value_and_vjp": lambda f, x, k: srcgrad.value_and_vjp(f, (x, k), argnums=(0,)),
    "jvp": lambda f, x, k: srcgrad.jvp(f, (x, k), (np.ones_like(x), None)),
    "pullback": lambda f, x, k: srcgrad.pullback(f, x, k, argnums=(0,)),
    "grad": lambda f, x, k: srcgrad.grad(f)(x, k),
}


@pytest.mark.parametrize(("body", "x", "k"), ROWS)
def test_the_error_of_the_primal(body, x, k):
    f = program(body)
    expected = outcome(lambda: f(x.copy(), k))
    assert expected is not None
    for name, way in WAYS.items():
        if name == "grad" and "return x @ k" in body:
            continue
        assert outcome(lambda way=way: way(f, x, k)) == expected, name


@pytest.mark.parametrize("body", ["return math.log(x) * k", "return x**2 * k", "return k / x"])
def test_of_numbers(body):
    f = program(body)
    for x in (0.0, 1e200, -1.0):
        expected = outcome(lambda x=x: f(x, 1.0))
        for argnums in ((0,), (1,), (0, 1)):
            found = outcome(lambda x=x, a=argnums: srcgrad.vjp(f, (x, 1.0), argnums=a))
            assert found == expected, (x, argnums)


COMPILED = [
    ("return np.sum(x[0:k] * x[1:3])", 3, 2),
    ("return x[0:k] @ x[1:3]", 1, 2),
    ("a, b = x[:k]\n return a * b", 3, 2),
    ("y = np.zeros(3)\n y[0:k] = x\n return x[0]", 2, 3),
    ("s = 0.0\n for i in range(k):\n  s += x[i]\n return s", 4, 3),
]


@pytest.mark.parametrize(("body", "bad", "good"), COMPILED)
def test_compiled(body, bad, good):
    pytest.importorskip("numba")
    f = program(body)
    expected = outcome(lambda: f(A.copy(), bad))
    (x_bar,) = srcgrad.vjp(f, (A, good), argnums=(0,), jit=True)
    np.testing.assert_allclose(x_bar, srcgrad.vjp(f, (A, good), argnums=(0,))[0])
    found = outcome(lambda: srcgrad.vjp(f, (A, bad), argnums=(0,), jit=True))
    assert found is not None and found[0] is expected[0]


# --- a sweep over the registry ------------------------------------------------------------------

BAD = [
    (np.ones((2, 3)), np.ones((3, 2))),
    (np.ones(3), np.ones(4)),
    (np.ones(0),),
    (np.ones(3),),
    (1.5, 0.0),
    (-1.5, 0.5),
    (-2.0,),
    (0.0,),
    (1e300, 2.0),
    (math.inf,),
    (1e3,),
    (np.zeros((2, 2)),),
    (np.ones((2, 3)),),
]


def callables():
    """The functions that users call, of the registry, with their spelling."""
    for key, op in OPS.items():
        if op.spelling.startswith(("np.", "math.")) and not op.effect and "stride" not in key:
            yield op.spelling
        elif op.symbol is not None and "operator." in op.spelling:
            yield op.spelling


@pytest.mark.parametrize("spelling", sorted(set(callables())))
def test_every_operation(spelling):
    import operator

    f = eval(spelling, {"np": np, "math": math, "operator": operator})
    op = next(op for op in OPS.values() if op.spelling == spelling)
    least = sum(param.default is REQUIRED for param in op.params)
    for inputs in BAD:
        if not least <= len(inputs) <= max(least, 1):
            continue
        names = ", ".join("xyz"[: len(inputs)])
        for text in (
            f"def g({names}):\n    {spelling}({names})\n    return np.sum(x)\n",
            f"def g({names}):\n    return np.sum(x) + np.sum({spelling}({names}))\n",
        ):
            file = f"<{text}{[np.shape(x) for x in inputs]}>"
            linecache.cache[file] = (len(text), None, text.splitlines(True), file)
            space = {"np": np, "math": math, "operator": operator, "__name__": "swept"}
            exec(compile(text, file, "exec"), space)
            g = space["g"]
            expected = outcome(lambda g=g, inputs=inputs: g(*inputs))
            if expected is None or expected[0] is TypeError:
                continue  # not called like this
            if outcome(lambda inputs=inputs: f(*inputs)) != expected:
                continue  # it gives what has no sum
            for way in (srcgrad.vjp, srcgrad.value_and_vjp):
                found = outcome(lambda g=g, way=way, inputs=inputs: way(g, inputs))
                if found is not None and issubclass(found[0], srcgrad.SrcgradError):
                    assert "report it" not in found[1]
                    continue
                assert found == expected, (inputs, text)


def test_what_others_see_is_not_done_twice(capsys):
    f = program(
        "print('here')\n s = 0.0\n for i in range(k):\n  s += math.log(1.5 - i) * x[0]\n return s"
    )
    with pytest.raises(ValueError, match="math domain error"):
        srcgrad.vjp(f, (A, 4), argnums=(0,))
    assert capsys.readouterr().out == "here\n"


def test_inputs_are_not_changed_by_what_raises():
    f = program("x[0] = 5.0\n y = x[1] * math.log(k)\n return y")
    x = A.copy()
    for way in WAYS.values():
        with pytest.raises(ValueError, match="math domain error"):
            way(f, x, -1.0)
        np.testing.assert_array_equal(x, A)


def two_errors(x, k):
    s = 0.0
    for i in range(k):
        s += math.log(3.5 - i) + 1.0 / (2 - i) * x
    return s


class Model:
    def __init__(self):
        self.calls = 0

    def loss(self, x, k=5):
        return two_errors(x, k)

    def counted(self, x):
        self.calls += 1
        return math.log(-x) * x


def by_keyword(x, *, k):
    return two_errors(x, k)


def test_the_first_error_of_methods_and_of_keywords():
    for call in (
        lambda: srcgrad.grad(Model().loss)(1.0),
        lambda: srcgrad.grad(Model().loss)(1.0, 5),
        lambda: srcgrad.grad(by_keyword)(1.0, k=5),
        lambda: srcgrad.value_and_grad(two_errors)(1.0, 5),
    ):
        for _ in range(2):  # the careful path, and the quick one
            with pytest.raises(ZeroDivisionError, match="float division by zero"):
                call()


def test_what_an_object_counts_is_counted_once():
    model = Model()
    with pytest.raises(ValueError, match="math domain error"):
        srcgrad.grad(model.counted)(1.0)
    assert model.calls == 1
