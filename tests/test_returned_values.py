"""Values and ``aux`` that are views of what the reverse sweep puts back, or of the inputs.

A value is what the function returned, whatever the reverse sweep does to the arrays behind it.
"""

from typing import NamedTuple

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import options

from .oracle import (
    assert_same_gradients,
    central_differences,
    leaves,
    map_structure,
    random_cotangent,
)


class Pair(NamedTuple):
    top: object
    rest: object


def rows_in_a_list(m, n):
    rows = []
    for i in range(n):
        rows.append(m[i])
    return rows


def halves_of(m):
    middle = m[0:1]
    return {"top": m[0], "all": [m, (middle, middle.T)]}


def chosen(m):
    if m[0, 0] > 0.0:
        return m[1]
    return m[0].reshape(-1)


def swapped(m):
    a, b = m[0], m[1]
    for _ in range(3):
        a, b = b, a
    return a, b


WAYS = {
    "itself": lambda m: m,
    "twice": lambda m: (m, m),
    "row": lambda m: m[0],
    "slice": lambda m: m[:, 1:],
    "ellipsis": lambda m: m[..., 0],
    "newaxis": lambda m: m[:, None, :],
    "reversed": lambda m: m[::-1],
    "T": lambda m: m.T,
    "transpose": lambda m: np.transpose(m),
    "swapaxes": lambda m: m.swapaxes(0, 1),
    "moveaxis": lambda m: np.moveaxis(m, 0, -1),
    "flip": lambda m: np.flip(m, 0),
    "fliplr": lambda m: np.fliplr(m),
    "rot90": lambda m: np.rot90(m),
    "squeeze": lambda m: np.squeeze(m[0:1]),
    "expand_dims": lambda m: np.expand_dims(m, 0),
    "atleast_3d": lambda m: np.atleast_3d(m),
    "reshape": lambda m: m.reshape(-1),
    "reshape of a transpose": lambda m: m.T.reshape(-1),
    "ravel": lambda m: np.ravel(m),
    "ravel of a row": lambda m: m[1].ravel(),
    "diagonal": lambda m: np.diagonal(m),
    "diag": lambda m: np.diag(m),
    "broadcast_to": lambda m: np.broadcast_to(m, (2, 2, 2)),
    "einsum": lambda m: np.einsum("ij->ji", m),
    "einsum diagonal": lambda m: np.einsum("ii->i", m),
    "split": lambda m: np.split(m, 2),
    "array_split": lambda m: np.array_split(m, 2, axis=1),
    "vsplit": lambda m: np.vsplit(m, 2),
    "list": lambda m: list(m),
    "tuple": lambda m: tuple(m),
    "comprehension": lambda m: [row[:1] for row in m],
    "unpacked": lambda m: [*m],
    "list of unknown length": lambda m: rows_in_a_list(m, len(m)),
    "containers": halves_of,
    "named tuple": lambda m: Pair(m[0], m[1:]),
    "branch": chosen,
    "loop": swapped,
    "real": lambda m: m.real,
    "asarray": lambda m: np.asarray(m),
    "asarray of the transpose": lambda m: np.ascontiguousarray(m.T),
    "astype": lambda m: m.astype(float, copy=False),
    "stop_gradient": lambda m: srcgrad.stop_gradient(m),
    "zip": lambda m: [a for a, _ in zip(m, m.T, strict=True)],
    "flat list of views": lambda m: [m[i, j : j + 1] for i in range(2) for j in range(2)],
    "max of two": lambda m: max(m[0], m[1], key=np.sum),
    "lambda": lambda m: (lambda v: v[0:1])(m),
}


def written_before(way):
    def f(m):
        m *= np.sin(m)
        m *= m
        return np.sum(m * m), way(m)

    return f


def written_between(way):
    """A store before the view, and one after it, which the view sees."""

    def f(m):
        m *= m
        seen = way(m)
        m[0] = 3.0 * m[0] * m[1]
        return np.sum(m * m), seen

    return f


def written_in_a_loop(way):
    def f(m):
        for i in range(len(m)):
            m[i] = m[i] * np.sin(m[i])
        return np.sum(m * m), way(m)

    return f


def made_and_written(way):
    """What is returned is a view of an array of the function's own."""

    def f(m):
        t = m * m
        for i in range(2):
            t[i] *= m[0] * t[1]
        return np.sum(t * t), way(t)

    return f


def not_written(way):
    def f(m):
        return np.sum(m * m), way(m)

    return f


WRITES = {
    f.__name__: f
    for f in (written_before, written_between, written_in_a_loop, made_and_written, not_written)
}


def matrix():
    return np.array([[0.7, 1.3], [0.4, 1.9]])


def assert_same_values(got, wanted):
    for (path, ours), (_, theirs) in zip(leaves(got), leaves(wanted), strict=True):
        assert np.shape(ours) == np.shape(theirs), path
        assert np.asarray(ours).dtype == np.asarray(theirs).dtype, path
        np.testing.assert_allclose(ours, theirs, 1e-12, err_msg=path)


def by_value_and_vjp(f, m, cotangent):
    return srcgrad.value_and_vjp(f, (m,), cotangent)


def by_pullback(f, m, cotangent):
    value, pull = srcgrad.pullback(f, m)
    m[...] = np.nan
    again = pull(cotangent)
    for _, leaf in leaves(value):
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable:
            leaf[...] = np.nan  # whoever is handed a value may write into it
    assert_same_gradients(pull(cotangent), again, 0.0, 0.0)
    return srcgrad.pullback(f, matrix())[0], again


def by_value_and_grad(f, m, _):
    value, g = srcgrad.value_and_grad(f, has_aux=True)(m)
    return value, (g,)


def by_grad(f, m, _):
    g, aux = srcgrad.grad(f, has_aux=True)(m)
    return (f(matrix())[0], aux), (g,)


MODES = {
    "value_and_vjp": (by_value_and_vjp, False),
    "pullback": (by_pullback, False),
    "value_and_grad": (by_value_and_grad, True),
    "grad": (by_grad, True),
}
# where srcgrad cannot know that NumPy returns a view, a store that follows is refused
DOUBTFUL = (
    "diagonal",
    "diag",
    "broadcast_to",
    "einsum",
    "einsum diagonal",
    "stop_gradient",
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("writes", WRITES)
@pytest.mark.parametrize("way", WAYS)
def test_values_are_what_the_function_returned(way, writes, mode):
    f = WRITES[writes](WAYS[way])
    run, aux = MODES[mode]
    wanted = f(matrix())
    cotangent = random_cotangent(wanted)
    m = matrix()
    if writes == "written_between" and way in DOUBTFUL:
        with pytest.raises(srcgrad.AliasError, match="may or may not share memory"):
            run(f, m, cotangent)
        return
    value, gradients = run(f, m, cotangent)
    assert_same_values(value, wanted)
    arrays = [m, *(leaf for _, leaf in leaves((value, gradients)))]
    for k, array in enumerate(arrays):
        assert not any(np.may_share_memory(array, other) for other in arrays[:k])
        assert k == 0 or not isinstance(array, np.ndarray) or array.flags.writeable
    if aux or way == "stop_gradient":
        quiet = map_structure(lambda _: None, cotangent[1])
        cotangent = (1.0 if aux else cotangent[0], quiet)
    assert_same_gradients(gradients, central_differences(f, (matrix(),), cotangent), 1e-6, 1e-8)


ITEMS = {
    "list": lambda m: list(m * m),
    "tuple": lambda m: tuple(m * m),
    "tuple of an input": lambda m: tuple(m[:]),
    "tuple in a dict": lambda m: {"a": tuple(m), "b": list(m), "c": (tuple(m * m), 1.0 * m)},
    "tuple of numbers": lambda m: tuple(m[0]),
    "unpacked": lambda m: (*m,),
}
if hasattr(np, "unstack"):
    ITEMS["unstack"] = np.unstack
    ITEMS["unstack in a list"] = lambda m: [np.unstack(m * m, axis=1), m]


def classes(value):
    if isinstance(value, dict):
        return {key: classes(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [classes(item) for item in value]
    return type(value), np.shape(value)


@pytest.mark.parametrize("specialize", [True, False])
@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 2), (1, 1)])
@pytest.mark.parametrize("name", ITEMS)
def test_values_have_the_containers_that_the_function_returned(name, shape, specialize):
    f = ITEMS[name]
    m = np.arange(1.0, np.prod(shape) + 1.0).reshape(shape)
    wanted = f(m.copy())
    cotangent = random_cotangent(wanted)
    with options(specialize=specialize):
        value, gradients = srcgrad.value_and_vjp(f, (m,), cotangent)
        pulled, pull = srcgrad.pullback(f, m)
        moved, tangent = srcgrad.jvp(f, (m,), (np.ones(shape),))
        for found in (value, pulled, moved, tangent):
            assert classes(found) == classes(wanted)
        for found in (gradients, pull(cotangent)):
            expected = central_differences(f, (m,), cotangent)
            assert_same_gradients(found, expected, 1e-6, 1e-8)
    assert_same_values(value, wanted)


def test_a_list_of_tuples_of_unknown_length_is_no_output():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="list of tuples"):
        srcgrad.value_and_vjp(
            lambda a, b: list(zip(a, b, strict=True)), (np.ones(2), np.ones(2)), [(1.0, 1.0)] * 2
        )
