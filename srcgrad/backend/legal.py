"""What Numba refuses, or does otherwise than NumPy, written so that it does the same.

``2.0 * x``            ``np.float32(2.0) * x``: a Python number takes the precision it meets
``np.reshape(x, s)``   ``np.reshape(np.ascontiguousarray(x), s)``: it reshapes contiguous arrays
``x[mask]``            ``np.ravel(x)[np.ravel(mask)]``: it knows masks of one dimension
``x[mask] = 0.0``      ``x[...] = np.where(mask, 0.0, x)``, and for an array ``add_at`` after it
``x[:, mask] = 0.0``   ``x[...] = np.where(mask[None, :, :], 0.0, x)``
``x[mask] += v``       ``add_at(x, mask, v)``
``x[...] += v``        ``x[:] += v``; ``x[()] = x + v`` where there are no axes
``kind="stable"``      ``kind="mergesort"``, its older name, which Numba has always known
``x[mask]``            ``check_mask(x, mask, 0)`` before it: it does not look at the sizes of masks
``dtype=complex``      ``dtype=np.complex128``: it knows Python's types as functions alone
``sum(x, dtype=d)``    ``sum(x.astype(d))``: few of its reductions take one; ``linspace`` likewise
``norm(x, "fro")``     ``norm(x)``: it raises ValueError
``x ** Level.TWO``     ``x ** 2``
``n ** -1``            ``float(n) ** -1``: powers of integers are integers
``math.exp(x)``        ``math.exp(astype(x, np.float64))`` of a narrow number: it keeps to its precision
``x ** -1``            ``x ** -1.0``: of 0.0, as of NumPy's numbers, it raises ZeroDivisionError
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Let
from srcgrad.ir.nodes import names as names_in
from srcgrad.rules.builder import Names
from srcgrad.rules.indexing import SUBSCRIPTS, Placed, placed
from srcgrad.rules.operation import OPS, UNKNOWN, Arg

NARROW = ("float32", "float16", "complex64")
DOUBLE = Const(np.dtype(np.float64))
REWRITES: dict[str, Callable[[Any], Iterator[Let]]] = {}  # operation -> its statements for Numba


def rewrites(op: str) -> Callable[[Any], Any]:
    def decorate(rewrite: Any) -> Any:
        REWRITES[op] = rewrite
        return rewrite

    return decorate


def legal(block: Block, names: Names, contiguous: frozenset[str], checks: bool = True) -> Block:
    """A block as Numba takes it; ``contiguous`` names arrays that are known to be contiguous.

    Without ``checks``, subscripts are taken to be in range.
    """
    result: list[Any] = []
    for statement in block:
        statement = ir.map_blocks(statement, lambda inner: legal(inner, names, contiguous, checks))
        if isinstance(statement, Let):
            op = OPS[statement.op].compiled or statement.op
            args = with_dtypes(op, plain(statement.args))
            statement = replace(statement, op=op, args=args)
            site = _Site(statement, names, contiguous)
            if checks and statement.op in SUBSCRIPTS:
                result.extend(_mask_checks(site))
            elif not checks and OPS[statement.op].places:
                continue
            rewrite = REWRITES.get(statement.op, _cast)
            result.extend(rewrite(site))
        else:
            result.append(statement)
    return tuple(result)


def with_dtypes(op: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments with NumPy's dtypes for Python's types, unless they are left out."""
    found = list(args)
    for k, param in enumerate(OPS[op].params[: len(args)]):
        value = args[k].value if param.name == "dtype" and isinstance(args[k], Const) else None
        if isinstance(value, type | str) and value is not param.default:
            found[k] = Const(np.dtype(value))
    return tuple(found)


def plain(value: Any) -> Any:
    """Operands with plain numbers for the members of an ``IntEnum`` and the like."""
    if isinstance(value, Const):
        found = value.value
        for sort in (int, float):
            if isinstance(found, sort) and type(found) not in (sort, bool, np.float64):
                return Const(sort(found))
        return value
    if isinstance(value, tuple | list):
        return type(value)([plain(item) for item in value])
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


class _Site:
    """A statement that is rewritten, and the making of others beside it."""

    def __init__(self, let: Let, names: Names, contiguous: frozenset[str]) -> None:
        self.let = let
        self.names = names
        self.contiguous = contiguous

    def new(self, op: str, args: tuple[Any, ...], kind: Kind) -> Let:
        """``op(*args)`` under a name of its own."""
        args = OPS[op].complete(args)
        return replace(self.let, target=self.names.fresh("", kind), op=op, args=args)

    def placed(self) -> list[Placed]:
        """The parts of the index of a subscript, with the axes of its array."""

        def arg(operand: Any) -> Arg:
            value = operand.value if isinstance(operand, Const) else UNKNOWN
            return Arg(self.names.kind(operand), value)

        x, index = self.let.args[:2]
        return placed(index, self.names.kind(x).ndim or 0, arg) or []

    def is_mask(self, x: Any, index: Any) -> bool:
        """Whether ``index`` is a mask for all dimensions of ``x``, of which there are several."""
        if not isinstance(index, str) or not self.names.kind(index).is_mask:
            return False
        return (self.names.kind(index).ndim or 0) > 1 and (
            self.names.kind(index).ndim == self.names.kind(x).ndim
        )


def _mask_checks(site: _Site) -> Iterator[Let]:
    """A comparison of sizes for each mask of a subscript, where they may differ."""
    x = site.let.args[0]
    shape = site.names.kind(x).shape
    for operand, part, axis, count in site.placed():
        if part.kind.is_mask and (shape is None or shape[axis : axis + count] != part.kind.shape):
            yield replace(site.let, target=None, op="check_mask", args=(x, operand, Const(axis)))


@rewrites("check_index")
def _check(site: _Site) -> Iterator[Let]:
    """What is left of a check without masks, which have their own."""
    x, index = site.let.args
    parts = site.placed()
    if any(part.kind.is_mask for _, part, _, _ in parts):
        whole = Const(slice(None))
        index = tuple(
            item
            for operand, part, _, count in parts
            for item in ([whole] * count if part.kind.is_mask else [operand])
        )
    yield replace(site.let, args=(x, index))


@rewrites("check_store")
@rewrites("check_update")
def _fitting(site: _Site) -> Iterator[Let]:
    """A check of a store, but not through masks."""
    if not any(part.kind.is_mask for _, part, _, _ in site.placed()):
        yield site.let


@rewrites("getitem")
def _read(site: _Site) -> Iterator[Let]:
    x, index = site.let.args
    if not site.is_mask(x, index):
        yield replace(site.let, args=(x, _whole(site, x, index)))
        return
    flat = []
    for array in (x, index):
        line = kinds.array(site.names.kind(array).dtype, 1)
        yield (made := site.new("np.ravel", (array, Const("C")), line))
        flat.append(made.target)
    yield replace(site.let, args=tuple(flat))


@rewrites("setitem")
def _store(site: _Site) -> Iterator[Let]:
    x, index, value = site.let.args
    one = site.names.kind(value).immutable
    if not site.is_mask(x, index):
        spread = _mask_among_slices(site) if one else None
        if spread is None:
            whole = index if site.names.kind(x).ndim else _whole(site, x, index)
            yield replace(site.let, args=(x, whole, value))
            return
        yield spread
        index = spread.target
    made = site.new("np.where", (index, value if one else Const(0.0), x), site.names.kind(x))
    yield made
    yield replace(site.let, args=(x, Const(Ellipsis), made.target))
    if not one:
        yield replace(site.let, op="add_at")


def _mask_among_slices(site: _Site) -> Let | None:
    """``mask[None, :, :]`` for a mask of several dimensions that stands beside whole axes."""
    x = site.let.args[0]
    shape = site.names.kind(x).shape
    masks = [placed for placed in site.placed() if placed[1].kind.is_mask]
    others = [placed[0] for placed in site.placed() if not placed[1].kind.is_mask]
    if shape is None or len(masks) != 1 or any(o != Const(slice(None)) for o in others):
        return None
    mask, _, axis, count = masks[0]
    if count < 2:
        return None
    rest = len(shape) - axis - count
    index = (*[Const(None)] * axis, *[Const(slice(None))] * count, *[Const(None)] * rest)
    dims = ((1,) * axis, shape[axis : axis + count], (1,) * rest)
    return site.new("getitem", (mask, index), kinds.array("bool", sum(dims, ())))


@rewrites("additem")
def _add(site: _Site) -> Iterator[Let]:
    x, index, value = site.let.args
    if site.is_mask(x, index):
        yield replace(site.let, op="add_at")
        return
    index = _whole(site, x, index)
    if site.names.kind(x).shape == ():
        yield (made := site.new("add", (x, value), kinds.scalar(site.names.kind(x).dtype)))
        yield replace(site.let, op="setitem", args=(x, index, made.target))
    else:
        yield replace(site.let, args=(x, index, value))


def _whole(site: _Site, x: Any, index: Any) -> Any:
    """``[:]`` for ``[...]``, and ``[()]`` where there is no axis."""
    kind = site.names.kind(x)
    if not isinstance(index, Const) or index.value is not Ellipsis or kind.shape is None:
        return index
    return Const(slice(None) if kind.shape else ())


@rewrites("np.reshape")
def _reshape(site: _Site) -> Iterator[Let]:
    x = site.let.args[0]
    if isinstance(x, str) and site.names.kind(x).base == "array" and x not in site.contiguous:
        made = site.new("np.ascontiguousarray", (x,), site.names.kind(x))
        yield made
        yield replace(site.let, args=(made.target, *site.let.args[1:]))
    else:
        yield site.let


def _reduced_in(site: _Site) -> Iterator[Let]:
    """A reduction that computes with another dtype: of an array that has it."""
    x, *rest = site.let.args
    k = [param.name for param in OPS[site.let.op].params].index("dtype")
    dtype = site.let.args[k]
    kind = site.names.kind(x)
    if _is_given(dtype) and kind.base == "array" and np.dtype(dtype.value).kind in "fc":
        if kind.dtype != np.dtype(dtype.value).name:
            made = site.new("astype", (x, dtype), replace(kind, dtype=np.dtype(dtype.value).name))
            yield made
            x = made.target
        rest[k - 1] = Const(None)
        site.let = replace(site.let, args=(x, *rest))
    yield from _cast(site)


REWRITES.update(
    (key, _reduced_in)
    for key, op in OPS.items()
    if {"axis", "dtype"} <= {param.name for param in op.params[1:]} and op.params[0].name == "a"
)


def _is_given(dtype: Any) -> bool:
    """Whether a dtype is known and not None, which ``np.dtype(float)`` is equal to."""
    return isinstance(dtype, Const) and dtype.value is not None


@rewrites("np.linspace")
def _evenly_spaced(site: _Site) -> Iterator[Let]:
    k = [param.name for param in OPS["np.linspace"].params].index("dtype")
    dtype, kind = site.let.args[k], site.names.kinds[str(site.let.target)]
    if not _is_given(dtype) or kind.base != "array":
        yield from _cast(site)
        return
    args = tuple(Const(None) if n == k else arg for n, arg in enumerate(site.let.args))
    found = site.new("np.linspace", args, replace(kind, dtype="float64"))
    yield found
    if np.dtype(dtype.value).kind in "iu":
        found = site.new("np.floor", (found.target,), site.names.kinds[str(found.target)])
        yield found
    yield replace(site.let, op="astype", args=(found.target, dtype))


@rewrites("np.diagonal")
def _diagonal(site: _Site) -> Iterator[Let]:
    """Numba has ``np.diag`` for it, of matrices."""
    x, offset, *axes = site.let.args
    matrix = site.names.kind(x).ndim == 2
    if matrix and axes in ([Const(0), Const(1)], [Const(-2), Const(-1)]):
        yield replace(site.let, op="np.diag", args=(x, offset))
    else:
        yield site.let


@rewrites("shaped_like")
def _shaped(site: _Site) -> Iterator[Let]:
    kind = site.names.kinds[str(site.let.target)]
    args = (site.let.args[2], Const(np.dtype(kind.dtype)))
    yield replace(site.let, op="np.zeros", args=args)


@rewrites("np.argsort")
def _order(site: _Site) -> Iterator[Let]:
    args = tuple(Const("mergesort") if arg == Const("stable") else arg for arg in site.let.args)
    yield replace(site.let, args=args)


def _in_double(site: _Site) -> Iterator[Let]:
    """``math`` computes in double precision, whatever it is given."""
    args: list[Any] = []
    for arg in site.let.args:
        if isinstance(arg, str) and site.names.kind(arg).dtype in NARROW:
            made = site.new("astype", (arg, DOUBLE), kinds.scalar("float64"))
            yield made
            arg = made.target
        args.append(arg)
    yield replace(site.let, args=tuple(args))


@rewrites("float")
def _float(site: _Site) -> Iterator[Let]:
    (x,) = site.let.args
    narrow = isinstance(x, str) and site.names.kind(x).dtype in NARROW
    yield replace(site.let, op="astype", args=(x, DOUBLE)) if narrow else site.let


REWRITES.update((op, _in_double) for op in OPS if op.startswith("math."))


@rewrites("np.linalg.norm")
def _norm(site: _Site) -> Iterator[Let]:
    x, order, *rest = site.let.args
    if order == Const("fro") and rest[0] == Const(None) and site.names.kind(x).ndim == 2:
        site.let = replace(site.let, args=(x, Const(None), *rest))
    yield from _cast(site)


@rewrites("pow")
@rewrites("np.power")
def _power(site: _Site) -> Iterator[Let]:
    x, p = site.let.args
    number = isinstance(p, Const) and type(p.value) is int and p.value < 0
    if number and site.names.kind(x).floating and not _weak(site.names.kind(x)):
        site.let = replace(site.let, args=(x, Const(float(p.value))))
    counts = site.names.kind(x).base == "int" and number
    if counts and site.names.kinds[str(site.let.target)].base == "float":
        made = site.new("float", (x,), kinds.FLOAT)
        yield made
        site.let = replace(site.let, args=(made.target, p))
    yield from _cast(site)


@rewrites("dpower")
def _slope(site: _Site) -> Iterator[Let]:
    """NumPy's integers, which are none of Python's here, have double precision."""
    x, p = site.let.args
    kind = site.names.kind(p)
    if kind.base == "scalar" and not kind.floating:
        made = site.new("astype", (p, DOUBLE), kinds.scalar("float64"))
        yield made
        site.let = replace(site.let, args=(x, made.target))
    yield from _cast(site)


# --- precision --------------------------------------------------------------------------------


def _cast(site: _Site) -> Iterator[Let]:
    """The statement with casts of the Python numbers that meet narrow arrays."""
    let, names = site.let, site.names
    dtypes = {names.kinds[n].dtype for n in names_in(let.args) if not _weak(names.kinds[n])}
    narrow = [dtype for dtype in dtypes if dtype in NARROW]
    target = names.kinds[let.target].dtype if let.target is not None else None
    if not OPS[let.op].meets or len(narrow) != 1 or target not in (narrow[0], "bool"):
        yield let
        return
    dtype = np.dtype(narrow[0])
    args: list[Any] = []
    for arg in let.args:
        if isinstance(arg, Const) and type(arg.value) in (int, float):
            args.append(Const(dtype.type(arg.value)))
        elif isinstance(arg, str) and _weak(names.kinds[arg]):
            cast = site.new("astype", (arg, Const(dtype)), kinds.scalar(dtype))
            yield cast
            args.append(cast.target)
        else:
            args.append(arg)
    yield replace(let, args=tuple(args))


def _weak(kind: Kind) -> bool:
    return kind.base in ("int", "float")
