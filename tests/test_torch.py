"""srcgrad against PyTorch: `vjp(f, inputs, g)` is what `y.backward(g)` leaves in `x.grad`.

Value, shape and dtype are compared, for every program of the corpus that has a torch counterpart,
and for the four situations in which people first meet `y.backward(gradient)`.
"""

import zlib

import numpy as np
import pytest

import srcgrad
from tests.programs import PROGRAMS

torch = pytest.importorskip("torch")

TOLERANCES = {"float64": (1e-9, 1e-11), "float32": (2e-4, 2e-5)}  # relative, absolute


# Nested tuples, lists and dicts


def map_leaves(function, tree, *others):
    """Apply `function` to corresponding leaves of trees of one structure."""
    if isinstance(tree, dict):
        return {
            key: map_leaves(function, tree[key], *(other[key] for other in others)) for key in tree
        }
    if isinstance(tree, (tuple, list)):
        items = [map_leaves(function, *parts) for parts in zip(tree, *others, strict=True)]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    return function(tree, *others)


def leaves_of(tree):
    """The leaves of a tree, from left to right, dicts in the order of their keys' insertion."""
    found = []
    map_leaves(found.append, tree)
    return found


# Both sides of the comparison


def is_differentiable(leaf):
    """Whether a leaf of the inputs or outputs is a real or complex number or array."""
    return isinstance(leaf, (np.ndarray, np.generic, float, complex)) and (
        np.asarray(leaf).dtype.kind in "fc"
    )


def to_torch(leaf):
    """A fresh torch leaf: arrays and floats become tensors, Python ints and others stay."""
    if is_differentiable(leaf):  # a Python float becomes a 0-d tensor of float64
        return torch.from_numpy(np.array(leaf, order="C")).requires_grad_()
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "iub":
        return torch.from_numpy(np.array(leaf, order="C"))
    return leaf


def to_numpy(leaf):
    """An array for a tensor; whatever else a program returns stays as it is."""
    return leaf.detach().resolve_conj().numpy() if isinstance(leaf, torch.Tensor) else leaf


def random_cotangent(value, name):
    """A cotangent for each floating leaf of `value`, the same in every run; None for the others."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))

    def draw(leaf):
        if not is_differentiable(leaf):
            return None
        dtype, shape = np.asarray(leaf).dtype, np.shape(leaf)
        weights = rng.uniform(-1.0, 1.0, shape)
        if dtype.kind == "c":
            weights = weights + 1j * rng.uniform(-1.0, 1.0, shape)
        weights = np.asarray(weights, dtype=dtype)
        if isinstance(leaf, np.ndarray):
            return weights
        return weights[()] if isinstance(leaf, np.generic) else weights.item()

    return map_leaves(draw, value)


def torch_backward(function, inputs, cotangent):
    """The value of `function`, and the tree of `.grad`s after a backward pass on fresh leaves."""
    leaves = map_leaves(to_torch, inputs)
    # Clones, since PyTorch forbids a program to write into leaves; the gradients are the leaves'.
    arguments = map_leaves(lambda x: x.clone() if isinstance(x, torch.Tensor) else x, leaves)
    value = function(*arguments)
    outputs, weights = [], []
    for output, weight in zip(leaves_of(value), leaves_of(cotangent), strict=True):
        if isinstance(output, torch.Tensor) and output.requires_grad:
            outputs.append(output)
            weights.append(torch.as_tensor(np.asarray(weight), dtype=output.dtype))
    if outputs:
        torch.autograd.backward(outputs, weights)
    return map_leaves(to_numpy, value), map_leaves(gradient_of, leaves)


def gradient_of(leaf):
    """`.grad` as an array; zeros where the leaf has no influence; None for what has no gradient."""
    if not isinstance(leaf, torch.Tensor) or not leaf.requires_grad:
        return None
    return to_numpy(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad)


# Comparison


class PRECISION:
    """Whether a program computes in single precision, so that its floats are no more exact."""

    single = False


def assert_same_values(actual, expected):
    """Equal up to rounding, NaN where NaN is, and of one shape (assert_allclose broadcasts)."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    single = {actual.dtype, expected.dtype} & {np.dtype(np.float32), np.dtype(np.complex64)}
    rtol, atol = TOLERANCES["float32" if single or PRECISION.single else "float64"]
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)


def assert_same_gradients(inputs, actual, expected):
    """The structure of the inputs, and for each leaf the value, shape, dtype and kind."""
    if not isinstance(inputs, (dict, tuple, list)):
        assert_same_gradient(inputs, actual, expected)
        return
    if actual is None:  # None may stand for a container without anything differentiable
        assert all(leaf is None for leaf in leaves_of(expected))
        return
    assert type(actual) is type(inputs)
    assert len(actual) == len(inputs)
    for key in inputs if isinstance(inputs, dict) else range(len(inputs)):
        assert_same_gradients(inputs[key], actual[key], expected[key])


def assert_same_gradient(leaf, actual, expected):
    """One leaf: None for what has no gradient, an array for an array, a float for a float."""
    if expected is None:
        assert actual is None
        return
    assert actual is not None, "a gradient is missing"
    assert np.asarray(actual).dtype == np.asarray(leaf).dtype == expected.dtype
    assert np.shape(actual) == np.shape(leaf)
    assert isinstance(actual, np.ndarray) == isinstance(leaf, np.ndarray)
    if isinstance(leaf, float):
        assert isinstance(actual, float)
    assert_same_values(actual, expected)


# The corpus

REFUSED = ("convolution_by_windows", "convolution_by_strides")  # views that overlap themselves
WITH_TORCH = [program for program in PROGRAMS if program.torch is not None]


@pytest.mark.parametrize("program", WITH_TORCH, ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_program(program):
    PRECISION.single = "single" in program.name
    if program.name in REFUSED:
        with pytest.raises(srcgrad.SrcgradError):
            srcgrad.vjp(program.f, program.fresh(), 1.0)
        return
    cotangent = random_cotangent(program.f(*program.fresh()), program.name)
    expected_value, expected = torch_backward(program.torch, program.fresh(), cotangent)

    value, gradients = srcgrad.value_and_vjp(program.f, program.fresh(), cotangent)
    assert isinstance(gradients, tuple)
    for part, expected_part in zip(leaves_of(value), leaves_of(expected_value), strict=True):
        if is_differentiable(part):
            assert_same_values(part, expected_part)
    assert_same_gradients(program.fresh(), gradients, expected)

    alone = srcgrad.vjp(program.f, program.fresh(), cotangent)
    assert_same_gradients(program.fresh(), alone, expected)


# The four situations


def f(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return y


def f_of_three(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return np.broadcast_to(y, (3,))


def torch_f(a, b, c):
    return 3 * a + 2 * b * b + torch.log(c)


GRADIENT = np.array([0.1, 1.0, 0.0001])


def test_vectors_with_a_gradient():
    inputs = (np.array([1.0, 2, 3]), np.array([3.0, 4, 5]), np.array([6.0, 7, 8]))
    gradients = srcgrad.vjp(f, inputs, GRADIENT)

    _, expected = torch_backward(torch_f, inputs, GRADIENT)
    assert_same_gradients(inputs, gradients, expected)
    a_bar, b_bar, c_bar = gradients
    np.testing.assert_allclose(a_bar, [0.3, 3, 3e-4], rtol=1e-14)
    np.testing.assert_allclose(b_bar, [1.2, 16, 2e-3], rtol=1e-14)
    np.testing.assert_allclose(c_bar, [0.016667, 0.142857, 1.25e-5], rtol=2.1e-5)


def test_scalars_without_a_gradient():
    inputs = (0.1, 1.0, 0.1)
    gradients = srcgrad.vjp(f, inputs)

    a, b, c = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs)
    torch_f(a, b, c).backward()
    assert_same_gradients(inputs, gradients, tuple(gradient_of(x) for x in (a, b, c)))
    assert gradients == pytest.approx((3, 4, 10), rel=1e-14)


def test_vectors_without_a_gradient_are_refused():
    inputs = (np.ones(3), np.ones(3), np.ones(3))
    a, b, c = map_leaves(to_torch, inputs)
    with pytest.raises(RuntimeError, match="scalar outputs"):
        torch_f(a, b, c).backward()
    with pytest.raises(srcgrad.SrcgradError, match=r"(?i)scalar"):
        srcgrad.vjp(f, inputs)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_gradient_of_another_shape_is_refused():
    inputs = (np.zeros(1), np.zeros(1), np.zeros(1))
    with pytest.raises(RuntimeError, match=r"[Ss]hape"):
        torch_backward(torch_f, inputs, GRADIENT)
    with pytest.raises(srcgrad.SrcgradError) as caught:
        srcgrad.vjp(f, inputs, GRADIENT)
    assert "(1,)" in str(caught.value)
    assert "(3,)" in str(caught.value)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_explicit_broadcast_takes_that_gradient():
    inputs = (np.zeros(1), np.zeros(1), np.zeros(1))
    gradients = srcgrad.vjp(f_of_three, inputs, GRADIENT)

    _, expected = torch_backward(lambda *x: torch_f(*x).expand(3), inputs, GRADIENT)
    assert_same_gradients(inputs, gradients, expected)
    a_bar, b_bar, c_bar = gradients
    np.testing.assert_allclose(a_bar, [3.3003], rtol=1e-14)
    np.testing.assert_array_equal(b_bar, [0.0])
    np.testing.assert_array_equal(c_bar, [np.inf])


def test_two_passes_accumulate_in_torch_only():
    inputs = (1.0, 1.0, 1.0)
    a, b, c = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs)
    for _ in range(2):
        torch_f(a, b, c).backward()
    assert tuple(x.grad.item() for x in (a, b, c)) == (6, 8, 2)

    value, pull = srcgrad.pullback(f, *inputs)
    assert value == 5
    first, second = pull(1.0), pull(1.0)
    assert first == second == srcgrad.vjp(f, inputs) == (3, 4, 1)
    assert tuple(one + other for one, other in zip(first, second, strict=True)) == (6, 8, 2)
