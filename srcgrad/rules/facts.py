"""Families of facts: the kind, dtype and symbolic shape of an operation's result.

A family takes the arguments as ``Arg(kind, const)``, in the order of the operation's parameters;
a sequence or a tuple display is a tuple of them. What is not known stays open: a rank that is not
known gives ``shape=None``, a size that is not known a fresh dimension.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.rules.operation import UNKNOWN, Arg, known_value, numeric_kinds

INEXACT = ("float", "complex")


def per_function(family: Callable[[Any], Callable[..., Kind]]) -> Any:
    """Mark a family that is made for each function that it serves."""
    family.per_function = True  # type: ignore[attr-defined]
    return family


# --- dtypes ---------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def ufunc_dtype(ufunc: Any, parts: tuple[Any, ...]) -> np.dtype[Any] | None:
    """The dtype a ufunc gives; a part is a dtype, or ``int``, ``float``, ``complex`` (weak)."""
    try:
        return ufunc.resolve_dtypes((*parts, *([None] * ufunc.nout)))[ufunc.nin]
    except (TypeError, ValueError):
        return None


def part(kind: Kind) -> Any:
    """A kind as ``resolve_dtypes`` takes it: Python numbers are weak."""
    weak = {"int": int, "float": float, "complex": complex}
    return weak.get(kind.base) or np.dtype(kind.dtype)


def elementwise_dtype(function: Any, operands: list[Kind]) -> np.dtype[Any]:
    parts = tuple(part(kind) for kind in operands)
    if all(isinstance(item, type) for item in parts):
        parts = tuple(np.dtype(item) for item in parts)
    found = None
    if isinstance(function, np.ufunc) and function.nin == len(parts):
        found = ufunc_dtype(function, parts)
    return found if found is not None else kinds.result_dtype(*operands)


@per_function
def elementwise(function: Any) -> Callable[..., Kind]:
    """NumPy functions: broadcasting, and the dtype that the ufunc itself resolves."""

    def facts(*args: Any) -> Kind:
        operands = numeric_kinds(args)
        if not operands or any(not a.kind.numeric for a in args if isinstance(a, Arg)):
            return kinds.OPAQUE
        return kinds.broadcast(elementwise_dtype(function, operands), *operands)

    return facts


def broadcast_numbers(dtype: Any, args: tuple[Any, ...]) -> Kind:
    """The kind of ``dtype`` with the shape to which all arguments broadcast."""
    if any(isinstance(arg, Arg) and arg.kind.base == "opaque" for arg in args):
        return kinds.anything(dtype)
    return kinds.broadcast(dtype, *numeric_kinds(args))


def of_dtype(like: Any) -> Callable[..., Kind]:
    """Broadcasting; of dtype ``like``, or of that which the ufunc ``like`` gives for the first."""

    def facts(*args: Arg) -> Kind:
        if not isinstance(like, np.ufunc):
            return broadcast_numbers(like, args)
        if not args[0].kind.numeric:
            return kinds.OPAQUE
        return broadcast_numbers(elementwise_dtype(like, [args[0].kind]), args)

    return facts


def first_dtype(*args: Arg) -> Kind:
    """Broadcasting; the dtype is the first operand's, or float64 if that is no float."""
    if not args[0].kind.numeric:
        return kinds.OPAQUE
    return broadcast_numbers(kinds.result_dtype(args[0].kind, kinds.FLOAT), args)


def complex_of_first(z: Arg, v: Arg) -> Kind:
    """``with_real``: broadcasting; the dtype of the first operand, if that is complex."""
    if not (z.kind.numeric and v.kind.numeric):
        return kinds.OPAQUE
    known = str(z.kind.dtype).startswith("complex")
    return broadcast_numbers(np.dtype(z.kind.dtype if known else "complex128"), (z, v))


def of_power(x: Arg, p: Arg) -> Kind:
    """``dpower``: floats of the dtype of ``x ** p``."""
    if not (x.kind.numeric and p.kind.numeric):
        return kinds.OPAQUE
    if x.kind.base == "float" and p.kind.base in ("float", "int"):
        return kinds.FLOAT
    operands = [
        x.kind,
        p.kind if p.kind.floating or p.kind.base == "int" else kinds.scalar("float64"),
    ]
    return broadcast_numbers(kinds.result_dtype(*operands, kinds.FLOAT), (x, p))


def log_where(x: Arg, power: Arg) -> Kind:
    """``log_where``: the dtype of ``x``, or that of ``x ** p`` if ``x`` is a Python number."""
    if not (x.kind.numeric and power.kind.numeric):
        return kinds.OPAQUE
    like = power.kind if x.kind.base in kinds.PYTHON_SCALARS else x.kind
    return broadcast_numbers(kinds.result_dtype(like, kinds.FLOAT), (x, power))


def where(condition: Arg, a: Arg, b: Arg) -> Kind:
    """``np.where`` with three arguments: always an array."""
    if not (a.kind.numeric and b.kind.numeric):
        return kinds.OPAQUE
    kind = broadcast_numbers(kinds.result_dtype(a.kind, b.kind), (condition, a, b))
    if kind.base == "any":
        return kinds.array(kind.dtype)
    return kinds.array(kind.dtype, ()) if kind.base == "scalar" else kind


def regular(used: Arg, x: Arg, point: Arg) -> Kind:
    """A number: ``x``, or a float."""
    return x.kind if x.kind.floating else kinds.FLOAT


def rounded(x: Arg, *rest: Any) -> Kind:
    """``np.round``: the dtype stays."""
    if x.kind.dtype in (None, "bool"):
        return kinds.OPAQUE
    return kinds.broadcast(x.kind.dtype, x.kind)


# --- Python's operators ---------------------------------------------------------------------

OPERATOR_UFUNCS = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.true_divide,
    operator.floordiv: np.floor_divide,
    operator.mod: np.mod,
    operator.pow: np.power,
    operator.neg: np.negative,
    operator.pos: np.positive,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    operator.lt: np.less,
    operator.le: np.less_equal,
    operator.gt: np.greater,
    operator.ge: np.greater_equal,
    operator.and_: np.bitwise_and,
    operator.or_: np.bitwise_or,
    operator.xor: np.bitwise_xor,
    operator.lshift: np.left_shift,
    operator.rshift: np.right_shift,
    operator.invert: np.invert,
    abs: np.absolute,
}


@per_function
def python_operator(function: Any) -> Callable[..., Kind]:
    """Operators: Python's kinds among Python's scalars, NumPy's otherwise."""
    ufunc = OPERATOR_UFUNCS[function]

    def facts(*args: Arg) -> Kind:
        operands = [arg.kind for arg in args]
        if any(not kind.numeric for kind in operands):
            arrays = any(kind.base in ("array", "any", "scalar", "opaque") for kind in operands)
            return kinds.BOOL if function in COMPARISONS and not arrays else kinds.OPAQUE
        if all(kind.base in kinds.PYTHON_SCALARS for kind in operands):
            return _python_scalar(function, args)
        return kinds.broadcast(elementwise_dtype(ufunc, operands), *operands)

    return facts


COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


def _python_scalar(function: Any, args: tuple[Arg, ...]) -> Kind:
    if function in COMPARISONS:
        return kinds.BOOL
    base = max((arg.kind.base for arg in args), key=("bool", "int", "float", "complex").index)
    if base == "bool" and function not in (operator.and_, operator.or_, operator.xor):
        base = "int"
    if function is operator.truediv and base == "int":
        base = "float"
    if function is operator.pow and base == "int":
        exponent = args[1]
        if not (exponent.known and exponent.const >= 0):
            base = "float"
    if function is abs and base == "complex":
        base = "float"
    if base == "int" and function in (operator.add, operator.mul, operator.sub):
        return _dimension_arithmetic(function, args)
    return Kind(base, kinds.PYTHON_SCALARS[base])


def _dimension_arithmetic(function: Any, args: tuple[Arg, ...]) -> Kind:
    """Sizes are followed through ``n + 1`` and the like: equal expressions are equal sizes."""
    dims = [arg.const if arg.known else arg.kind.dim for arg in args]
    if any(dim is None for dim in dims):
        return kinds.INT
    if all(isinstance(dim, int) for dim in dims):
        return kinds.int_of(function(*dims))
    if function is operator.sub and isinstance(dims[1], int) and dims[1] >= 0:
        return kinds.int_of(kinds.shrunk(dims[0], dims[1]))  # type: ignore[arg-type]
    sign = {operator.add: "+", operator.sub: "-", operator.mul: "*"}[function]
    if dims[1] == 0 and sign in "+-":
        return kinds.int_of(dims[0])
    return kinds.int_of(f"({dims[0]}{sign}{dims[1]})")


def python_float(*args: Any) -> Kind:
    """``math``'s functions."""
    return kinds.FLOAT


def chosen(xs: Any) -> Kind:
    """Python's ``max`` and ``min``: one of the arguments."""
    found = functools.reduce(kinds.join, [arg.kind for arg in xs])
    return kinds.OPAQUE if found is None else found


def python_int(*args: Any) -> Kind:
    return kinds.INT


def python_bool(*args: Any) -> Kind:
    return kinds.BOOL


def opaque(*args: Any) -> Kind:
    return kinds.OPAQUE


def none(*args: Any) -> Kind:
    return kinds.NONE


def floating(*args: Any) -> Kind:
    """Floating numbers, one or an array of any rank, of the dtype of all floating operands."""
    operands = [kind for kind in numeric_kinds(args) if kind.floating]
    return kinds.anything(kinds.result_dtype(*(operands or [kinds.FLOAT])))


# --- shapes ---------------------------------------------------------------------------------


def same(x: Arg, *rest: Any) -> Kind:
    """The result is of the kind of the first argument; arrays where it may be a Python scalar."""
    return x.kind


def part_of_complex(x: Arg) -> Kind:
    """``np.real``, ``np.imag``, the modulus: the shape stays, the numbers are real."""
    if not x.kind.numeric:
        return kinds.OPAQUE
    if x.kind.base in kinds.PYTHON_SCALARS:
        return kinds.FLOAT if x.kind.base == "complex" else x.kind
    dtype = np.zeros((), x.kind.dtype).real.dtype
    return replace(x.kind, dtype=dtype.name)


def modulus(x: Arg) -> Kind:
    """``abs`` of complex numbers."""
    found = part_of_complex(x)
    return kinds.broadcast(found.dtype, found) if found.numeric else found


def same_array(x: Arg, *rest: Any) -> Kind:
    """An array or NumPy scalar with the first argument's shape and dtype."""
    kind = x.kind
    if kind.base in kinds.PYTHON_SCALARS:
        return kinds.scalar(kind.dtype)
    return kind


def items(arg: Any) -> list[Arg] | None:
    """The elements of an argument that is a shape or an index: None if their number is unknown."""
    if isinstance(arg, tuple):
        return list(arg)
    if arg.known and isinstance(arg.const, tuple | list):
        return [Arg(kinds.of_constant(item), item) for item in arg.const]
    if arg.kind.base == "tuple":
        return None if arg.kind.dim == "unknown" else [Arg(kind) for kind in arg.kind.items]
    return [arg]


def dim_of(arg: Arg) -> Dim:
    """The dimension that an int argument stands for."""
    if arg.known:
        return int(arg.const)
    return arg.kind.dim if arg.kind.dim is not None else kinds.fresh_dim()


def shape_of(kind: Kind) -> tuple[Dim, ...] | None:
    """The symbolic shape of a kind; None if its rank is unknown."""
    return None if kind.ndim is None or kind.base == "opaque" else (kind.shape or ())


SHAPES = ("int", "bool", "scalar", "tuple", "float")  # float: ``2**k``, which is an int here


def dims_from(arg: Any) -> tuple[Dim, ...] | None:
    """The symbolic shape that a shape argument (an int or a tuple of ints) describes."""
    if isinstance(arg, Arg) and not arg.known and arg.kind.base not in SHAPES:
        return None
    found = items(arg)
    return None if found is None else tuple(dim_of(item) for item in found)


def reduced(kind: Kind, axis: Any, keepdims: Any, dtype: Any) -> Kind:
    """The kind after a reduction over ``axis`` (an ``Arg``) with ``keepdims`` (an ``Arg``)."""
    shape = shape_of(kind)
    keep = known_value(keepdims, UNKNOWN)
    if isinstance(axis, tuple):
        parts = [known_value(item, UNKNOWN) for item in axis]
        value: Any = UNKNOWN if any(item is UNKNOWN for item in parts) else tuple(parts)
    else:
        value = known_value(axis, UNKNOWN)
    if keep is UNKNOWN:
        return kinds.anything(dtype)
    if value is None and not keep:
        return kinds.scalar(dtype)
    if shape is None:
        return kinds.anything(dtype)
    if value is UNKNOWN:
        if isinstance(axis, tuple) or axis.kind.base != "int":
            return kinds.array(dtype) if keep and shape else kinds.anything(dtype)
        rest: tuple[Dim, ...] = tuple(kinds.fresh_dim() for _ in range(len(shape) - (not keep)))
    else:
        rest = _without(shape, value, bool(keep))
    return kinds.array(dtype, rest) if rest else kinds.scalar(dtype)


def _without(shape: tuple[Dim, ...], axis: Any, keep: bool) -> tuple[Dim, ...]:
    axes = range(len(shape)) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
    gone = {item % len(shape) if shape else item for item in axes}
    if keep:
        return tuple(1 if k in gone else dim for k, dim in enumerate(shape))
    return tuple(dim for k, dim in enumerate(shape) if k not in gone)


def broadcast_arguments(*args: Any) -> Kind:
    """Elementwise with ``np.result_type`` of all numeric arguments (``np.clip``, ``np.where``)."""
    operands = numeric_kinds(args)
    return kinds.broadcast(kinds.result_dtype(*operands), *operands)
