"""Jacobians: one row for each number of the output, or one column for each of the inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad import api
from srcgrad.calls import batches
from srcgrad.calls.arguments import among, bound, chosen, places, seeded
from srcgrad.calls.derived import derivative, made
from srcgrad.calls.running import moved, moved_again, options_of, pulled, text
from srcgrad.calls.sparse import Kept, as_sparse, sparse_at
from srcgrad.calls.trees import dtype_of, leaves, restored
from srcgrad.dispatch import Jit, Options, asked
from srcgrad.errors import InputError, SrcgradError
from srcgrad.tracebacks import hiding

MODES = ("auto", "forward", "reverse")
FEW = 8  # columns that are taken where the number of rows is not known before the function has run


@hiding
def jacobian(
    f: Any = None,
    argnums: Any = 0,
    *,
    mode: str = "auto",
    has_aux: bool = False,
    sparse: bool = False,
    jit: Jit = False,
    boundscheck: bool = True,
) -> Any:
    """The Jacobian of a function, as a function of the same arguments; or a decorator.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    argnums : int or tuple of int
        The input, or inputs; a tuple counts as a structure.
    mode : str
        "reverse" runs the forward sweep once, and the reverse sweep for each number of the output; the
        dtype is that of the input. "forward" runs ``f`` with its tangent for each number of the inputs;
        the dtype is that of the output. "auto" takes "forward" where all numbers can move at once, and
        no more of them than come out, or than a few where shapes do not tell that before ``f`` is run;
        and where numbers move one after the other, if at least twice as many come out so.
    has_aux : bool
        True: ``f`` returns ``(value, aux)``, and the result is ``(jacobian, aux)``.
    sparse : bool
        True, for one array by one array: a ``scipy.sparse.csr_array`` with a row for each number of the
        output and a column for each of the input. Where entries may stand is found by following which
        inputs each number depends on; columns that share no row are computed together, all at once.
        The pattern is kept as long as shapes decide it alone. Where the function cannot be followed so,
        all entries are computed.
    jit, boundscheck
        Those of ``vjp``. Compiled is what gives all rows, or all columns, in one run.

    Returns
    -------
    callable
        A function of the same arguments. For an output of shape ``m`` and an input of shape ``n``, a
        Jacobian has shape ``m + n``: element ``[i, j]`` is the derivative of ``y[i]`` by ``x[j]``.
        Where output or input are structures (tuples, lists, dicts, objects), it has the structure of
        the output, with that of the input in the place of each floating number or array. What is no
        floating number has None. ``source(*inputs)`` is the text of what runs.

    Raises
    ------
    InputError
        When it is called, for complex inputs or outputs and for those without floating numbers.
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> def polar(x):
    ...     return np.stack([np.hypot(x[0], x[1]), np.arctan2(x[1], x[0])])
    >>> srcgrad.jacobian(polar)(np.array([3.0, 4.0])).round(2)
    array([[ 0.6 ,  0.8 ],
           [-0.16,  0.12]])
    """
    kept, options = bool(sparse) and Kept(), options_of(jit, boundscheck)
    return made(_jacobian, f, argnums, _known(mode), bool(has_aux), kept, options)


@hiding
def value_and_jacobian(
    f: Any = None,
    argnums: Any = 0,
    *,
    mode: str = "auto",
    has_aux: bool = False,
    sparse: bool = False,
    jit: Jit = False,
    boundscheck: bool = True,
) -> Any:
    """Like ``jacobian``, with a function that gives ``(value, jacobian)`` in one run.

    Parameters
    ----------
    f, argnums, mode, has_aux, sparse
        Those of ``jacobian``. With ``has_aux``, the value is the pair ``(value, aux)``.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    callable
        A function of the same arguments.

    Raises
    ------
    SrcgradError
        When it is called, what ``jacobian`` raises.

    Examples
    --------
    >>> value, jacobian = srcgrad.value_and_jacobian(lambda x: x**2)(np.array([1.0, 3.0]))
    >>> jacobian
    array([[2., 0.],
           [0., 6.]])
    """
    kept, options = bool(sparse) and Kept(), options_of(jit, boundscheck)
    return made(_value_and_jacobian, f, argnums, _known(mode), bool(has_aux), kept, options)


def _known(mode: str) -> str:
    if mode not in MODES:
        raise InputError(
            f"mode is {mode!r}\n  why: a Jacobian is made by columns, or by rows\n"
            '  try: "forward", "reverse" or "auto"'
        )
    return mode


def source_of(
    f: Any,
    argnums: Any,
    mode: str,
    has_aux: bool,
    sparse: Any,
    options: Options,
    *inputs: Any,
    **keywords: Any,
) -> str:
    """The generated source that the Jacobian at these inputs runs."""
    f, inputs = bound(f, inputs, keywords)
    part = 0 if has_aux else None
    mode = "forward" if sparse else mode
    if direction(options, f, mode, argnums, part, inputs) == "forward":
        return text(options, "jvp", f, inputs, places(argnums, len(inputs)))
    return text(options, "pullback", f, inputs, argnums)


@derivative(source_of)
def _jacobian(
    f: Any,
    argnums: Any,
    mode: str,
    has_aux: bool,
    sparse: Any,
    options: Options,
    *inputs: Any,
    **keywords: Any,
) -> Any:
    part = 0 if has_aux else None
    value, found = jacobian_at(options, f, argnums, mode, part, inputs, keywords, sparse)
    return (found, value[1]) if has_aux else found


@derivative(source_of)
def _value_and_jacobian(
    f: Any,
    argnums: Any,
    mode: str,
    has_aux: bool,
    sparse: Any,
    options: Options,
    *inputs: Any,
    **keywords: Any,
) -> Any:
    part = 0 if has_aux else None
    return jacobian_at(options, f, argnums, mode, part, inputs, keywords, sparse)


RULES = {jacobian: (_jacobian,), value_and_jacobian: (_value_and_jacobian,)}


def jacobian_at(
    options: Options,
    f: Any,
    argnums: Any,
    mode: str,
    part: int | None,
    inputs: Any,
    keywords: Any,
    sparse: Any = False,
    symmetric: bool = False,
) -> Any:
    """``(value, jacobian)``; that of one ``part`` of the outputs, if it is named."""
    f, inputs = bound(f, inputs, keywords)
    if sparse:
        found = sparse_at(options, f, argnums, part, inputs, symmetric, sparse)
        if found is None:  # all entries are computed
            value, dense = jacobian_at(options, f, argnums, mode, part, inputs, {})
            return value, as_sparse(dense, np.size(chosen(argnums, inputs)))
        value, matrix = found
        if mode == "reverse":  # its dtype is the input's
            matrix = matrix.astype(dtype_of(chosen(argnums, inputs)), copy=False)
        return value, matrix
    asked_for = f, argnums, part, inputs
    if direction(options, f, mode, argnums, part, inputs) == "forward":
        return batches.by_columns(options, *asked_for) or by_columns(options, *asked_for)
    return batches.by_rows(options, *asked_for) or by_rows(options, *asked_for)


def direction(
    options: Options, f: Any, mode: str, argnums: Any, part: int | None, inputs: Any
) -> str:
    """By columns ("forward"), or by rows ("reverse"); shapes are asked before ``f`` is run.

    "square" is a mode, too: of a matrix that has as many rows as columns.
    """
    if mode in ("forward", "reverse"):
        return mode
    named = places(argnums, len(inputs))
    moving = sum(np.size(leaf) for leaf in leaves(chosen(argnums, inputs), "the input"))
    rows: Any = None
    count: int | None = moving
    if mode == "auto":
        rows, everything = entry_of(options, "pullback", f, argnums, inputs)
        count = count_of(rows.expected, part, everything)
        if moving > (FEW if count is None else count):
            return "reverse"
    try:
        columns, _ = entry_of(options, "jvp", f, named, inputs)
        together = columns.joint() is not None
    except SrcgradError:  # a rule may lack a tangent
        return "reverse"
    once = columns.facts.repeatable
    if together:
        return "forward" if once or batches.fits(moving, moving) else "reverse"
    enough = once and 2 * moving <= (2 if count is None else count)
    return "forward" if enough and rows is not None and rows.joint() is None else "reverse"


def count_of(expected: Any, part: int | None, inputs: Any) -> int | None:
    """How many floating numbers the output has, or one part of it; None if shapes do not tell."""
    if not expected.known:
        return None
    tree = expected.tree if part is None else expected.tree[part]
    return _count(expected, tree, expected.sizes_of(inputs))


def entry_of(options: Options, style: str, f: Any, argnums: Any, inputs: Any) -> tuple[Any, Any]:
    """What serves such a call, and all inputs of it."""
    found, function, everything = api.derivative_of(f, inputs, asked(style, argnums, options))
    return found.entry(function, everything), everything


def _count(expected: Any, tree: Any, sizes: Any) -> int:
    """How many floating numbers an output has."""
    if isinstance(tree, tuple | list):
        return sum(_count(expected, item, sizes) for item in tree)
    if isinstance(tree, dict):
        return sum(_count(expected, item, sizes) for item in tree.values())
    if not tree.active:
        return 0
    return 1 if tree.kind.immutable else math.prod(expected.shape(tree.kind, sizes))


# --- what is run, and read where a Jacobian is differentiated in turn ---------------------------


def unit(leaf: Any, i: Any) -> Any:
    """The direction in which number ``i`` of a leaf moves."""
    flat = np.zeros(np.size(leaf), dtype_of(leaf))
    flat[i] = 1.0
    if np.ndim(leaf) == 1:
        return flat
    return flat[0] if np.shape(leaf) == () else np.reshape(flat, np.shape(leaf))


def directions(items: Any, j: int, i: Any) -> Any:
    """Number ``i`` of leaf ``j`` moves, nothing else does."""
    return tuple([unit(x, i) if k == j else np.zeros_like(x) for k, x in enumerate(items)])


def by_rows(options: Options, f: Any, argnums: Any, part: int | None, inputs: Any) -> Any:
    """Each row is a pullback; they share the forward sweep."""
    single = isinstance(argnums, int)
    value, pull = pulled(options, f, inputs, (argnums,) if single else argnums)
    of = value if part is None else value[part]
    wanted = chosen(argnums, inputs)
    xs, ys = leaves(wanted, "the input"), leaves(of, "the output")
    blocks = []
    for j, y in enumerate(ys):
        rows = tuple([np.zeros((np.size(y), *np.shape(x)), dtype_of(x)) for x in xs])
        for i in range(np.size(y)):
            bars = pull(seeded(value, part, restored(of, directions(ys, j, i))))
            found = leaves(bars[0] if single else bars, "the gradient")
            for row, bar in zip(rows, found, strict=True):
                row[i] = bar
        made = [shaped(row, y, x) for row, x in zip(rows, xs, strict=True)]
        blocks.append(restored(wanted, tuple(made)))
    return value, restored(of, tuple(blocks))


def shaped(block: Any, y: Any, x: Any) -> Any:
    """A block of a Jacobian, of which the numbers of ``y`` and ``x`` are in order."""
    if not isinstance(y, np.ndarray) and not isinstance(x, np.ndarray):
        return block[0]
    return block if np.ndim(y) == 1 else np.reshape(block, (*np.shape(y), *np.shape(x)))


def by_columns(options: Options, f: Any, argnums: Any, part: int | None, inputs: Any) -> Any:
    """Each column is a tangent."""
    wanted = chosen(argnums, inputs)
    xs = leaves(wanted, "the input")
    value, _ = moved(options, f, inputs, among(argnums, inputs, None), argnums)
    of = value if part is None else value[part]
    ys = leaves(of, "the output")
    columns = tuple(
        [tuple([np.zeros((np.size(x), *np.shape(y)), dtype_of(y)) for x in xs]) for y in ys]
    )
    for j, x in enumerate(xs):
        for i in range(np.size(x)):
            tangent = restored(wanted, directions(xs, j, i))
            _, dots = moved_again(options, f, inputs, among(argnums, inputs, tangent), argnums)
            found = leaves(dots if part is None else dots[part], "the tangent")
            for column, dot in zip(columns, found, strict=True):
                column[j][i] = dot
    blocks = [
        restored(wanted, tuple([turned(block, y, x) for block, x in zip(column, xs, strict=True)]))
        for column, y in zip(columns, ys, strict=True)
    ]
    return value, restored(of, tuple(blocks))


def turned(block: Any, y: Any, x: Any) -> Any:
    """A block of a Jacobian whose rows are columns."""
    flat = np.reshape(block, (np.size(x), np.size(y)))
    if not isinstance(y, np.ndarray) and not isinstance(x, np.ndarray):
        return flat[0, 0]
    return np.reshape(flat.T, (*np.shape(y), *np.shape(x)))
