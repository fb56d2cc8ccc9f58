"""``srcgrad.torch``: functions of NumPy arrays that PyTorch differentiates, against PyTorch's own."""

import copy
import pickle

import numpy as np
import pytest

import srcgrad

torch = pytest.importorskip("torch")

from torch.autograd import gradcheck, gradgradcheck  # noqa: E402

import srcgrad.torch  # noqa: E402

X = torch.tensor([0.1, 1.1, 2.1], dtype=torch.float64)


def program(x, k, p):
    return k * np.sum(np.sin(x) * p["a"]), {"y": x * x * p["b"], "n": len(x)}, np.argmax(x)


def in_torch(x, k, p):
    return k * torch.sum(torch.sin(x) * p["a"]), {"y": x * x * p["b"], "n": len(x)}, torch.argmax(x)


def inputs(dtype=torch.float64):
    x = X.clone().to(dtype).requires_grad_()
    k = torch.tensor(2.0, dtype=dtype, requires_grad=True)
    a = torch.full((3,), 1.5, dtype=dtype, requires_grad=True)
    return x, k, {"a": a, "b": torch.tensor(3.0, dtype=dtype)}


def test_checks_of_pytorch():
    f = srcgrad.torch.function(program)
    x, k, p = inputs()
    p["b"].requires_grad_()

    def flat(x, k, a, b):
        total, rest, _ = f(x, k, {"a": a, "b": b})
        return total, rest["y"]

    given = (x, k, p["a"], p["b"])
    assert gradcheck(flat, given, check_forward_ad=True)
    assert gradgradcheck(flat, given, check_fwd_over_rev=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_value_and_gradients_are_those_of_pytorch(dtype):
    f = srcgrad.torch.function(program)
    found = []
    for function in (f, in_torch):
        x, k, p = inputs(dtype)
        total, rest, where = function(x, k, p=p)
        (total * 2 + rest["y"].sum()).backward()
        assert rest["n"] == 3 and not where.requires_grad and p["b"].grad is None
        found.append([total, rest["y"], where, x.grad, k.grad, p["a"].grad])
    for mine, theirs in zip(*found):
        torch.testing.assert_close(mine, theirs)


def test_third_derivative_and_unused_outputs():
    f = srcgrad.torch.function(lambda x: (x**4, np.cos(x)))
    x = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    slope = f(x)[0]
    for expected in (4 * 1.5**3, 12 * 1.5**2, 24 * 1.5):
        (slope,) = torch.autograd.grad(slope, x, create_graph=True)
        torch.testing.assert_close(slope, torch.tensor(expected, dtype=torch.float64))


def test_func_and_vmap():
    f = srcgrad.torch.function(program)

    def total(x, f=f):
        return f(x, 2.0, {"a": torch.ones_like(x), "b": 1.0})[0]

    def expected(x):
        return total(x, in_torch)

    rows = torch.stack([X, X + 1.0])
    func = torch.func
    for derived in (
        lambda g: func.grad(g)(X),
        lambda g: func.hessian(g)(X),
        lambda g: func.jacrev(func.grad(g))(X),
        lambda g: func.jvp(g, (X,), (X,)),
        lambda g: func.vmap(g, in_dims=1)(rows.T),
        lambda g: func.vmap(func.grad(g))(rows),
        lambda g: func.grad(lambda x: func.vmap(g)(x).sum())(rows),
    ):
        torch.testing.assert_close(derived(total), derived(expected))
    x = X.clone().requires_grad_()
    y = f(x, 2.0, {"a": X, "b": 1.0})[1]["y"]
    (rows,) = func.vmap(lambda v: torch.autograd.grad(y, x, v))(torch.eye(3, dtype=X.dtype))
    torch.testing.assert_close(rows, torch.diag(2 * X))


def test_complex_tensors():
    z = torch.tensor([1 + 2j, 3.0], dtype=torch.complex128, requires_grad=True)
    f = srcgrad.torch.function(lambda z: (z * z * np.conj(z), np.abs(z)))
    assert gradcheck(f, (z,)) and gradgradcheck(f, (z,))
    assert gradcheck(f, (z.conj(),))  # of which PyTorch has the conjugate only


def test_tensors_that_are_passed_are_not_changed():
    @srcgrad.torch.function
    def written(x):
        x[0] = 2 * x[1]
        return x, x[1:], x

    for given in (X.clone(), X.clone().requires_grad_()):
        with torch.no_grad():
            again = written(given)
        found = written(given)
        torch.testing.assert_close(given.detach(), X)
        for value in (found, again):
            addresses = {part.data_ptr() for part in value} | {given.data_ptr()}
            assert len(addresses) == 4  # in-place changes of one are seen in no other
            torch.testing.assert_close(value[1].detach(), X[1:])


def test_nothing_is_copied_without_need():
    seen = []

    def watched(x):
        seen.append(x)
        return x @ x

    x = torch.ones((3, 3), dtype=torch.float64).T[1:]
    srcgrad.torch.function(watched)(x @ x.T)  # generated
    seen.clear()
    square = x @ x.T
    srcgrad.torch.function(watched)(square)
    assert seen[0].__array_interface__["data"][0] == square.data_ptr()


def test_the_gradient_is_of_what_was_passed():
    x = X.clone().requires_grad_()
    y = srcgrad.torch.function(lambda x: np.sum(x * x))(x)
    with torch.no_grad():
        x += 1.0
    y.backward()
    torch.testing.assert_close(x.grad, 2 * X)


def test_compiled():
    pytest.importorskip("numba")
    f = srcgrad.torch.function(jit=True)(lambda x, k: k * np.sum(np.sin(x)))
    given = (X.clone().requires_grad_(), torch.tensor(2.0, dtype=X.dtype, requires_grad=True))
    assert gradcheck(f, given)
    torch.testing.assert_close(f(X, 2.0), 2.0 * torch.sin(X).sum())


class Model:
    scale = 2.0

    @srcgrad.torch.function
    def loss(self, x, *, weight=1.0):
        return self.scale * np.sum(x * x) * weight


def test_methods_and_keywords():
    x = X.clone().requires_grad_()
    (found,) = torch.autograd.grad(Model().loss(x, weight=3.0), x)
    torch.testing.assert_close(found, 12.0 * X)
    torch.testing.assert_close(Model.loss(Model(), X), 2.0 * (X * X).sum())


def test_it_travels():
    f = srcgrad.torch.function(lambda x: np.sum(x * x))
    for other in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f)):
        torch.testing.assert_close(other(X), (X * X).sum())


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (torch.ones(3, device="meta"), "device meta.*CPU.*tensor.cpu"),
        (torch.ones(3).to_sparse(), "sparse.*dense"),
        (torch.ones(3, dtype=torch.bfloat16), "bfloat16.*NumPy has no such dtype"),
    ],
)
def test_tensors_that_numpy_cannot_read_are_refused(tensor, words):
    with pytest.raises(srcgrad.InputError, match=f"(?s){words}"):
        srcgrad.torch.function(np.sum)(tensor)


def test_the_older_vmap_is_refused():
    x = X.clone().requires_grad_()
    y = srcgrad.torch.function(lambda x: x * x)(x)
    with pytest.raises(srcgrad.InputError, match=r"torch\.func\.vmap"):
        torch.autograd.grad(y, x, torch.eye(3, dtype=X.dtype), is_grads_batched=True)


def test_what_has_no_derivative_is_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="eval"):
        srcgrad.torch.function(lambda x: eval("x.sum()"))(X)
