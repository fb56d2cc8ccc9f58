"""Tape scalars, and arrays of them: the arithmetic of the oracle.

A `Scalar` is a float64 that knows which scalars it was computed from, and with what partial
derivatives. A `TapeArray` is NumPy's own array of such objects, so that views, stores, broadcasting
and fancy indexing are NumPy's, and no adjoint of them has to be stated here.
Elements that no input influences may be plain `np.float64`.
"""

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

_clock = itertools.count()

# NumPy functions, and methods (ufunc, name) of ufuncs, that need a version of their own here.
REPLACED: dict[Any, Callable] = {}


class Scalar:
    """A number with its parents and the partial derivatives by them.

    It has deliberately no `__float__`: whatever would drop the derivative raises.
    """

    __slots__ = ("adjoint", "parents", "time", "value")
    shape: tuple[int, ...] = ()
    ndim = 0
    size = 1
    dtype = np.dtype(object)

    def __init__(self, value: Any, parents: tuple = ()):
        self.value = np.float64(value)
        self.parents = parents
        self.time = next(_clock)
        self.adjoint = np.float64(0.0)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return apply_ufunc(ufunc, method, *inputs, **kwargs)

    def __array_function__(self, function, types, args, kwargs):
        return apply_function(function, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        """What a NumPy scalar has: the methods and attributes of a 0-d array."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(box(self), name)

    def __hash__(self):
        return id(self)

    def __bool__(self):
        return bool(self.value)

    def __int__(self):
        return int(self.value)

    __trunc__ = __int__

    def __floor__(self):
        return math.floor(self.value)

    def __ceil__(self):
        return math.ceil(self.value)

    def __round__(self, digits: int | None = None):
        if digits is None:
            return round(float(self.value))
        return node(round(float(self.value), digits), [(self, 0.0)])

    def __repr__(self):
        return repr(self.value)

    def __format__(self, spec: str):
        return format(self.value, spec)


def _operator(ufunc: np.ufunc, reflected: bool = False) -> Callable:
    def operator(self, *other):
        if other and not isinstance(other[0], Scalar | int | float | np.generic):
            return NotImplemented
        return ufunc(*other, self) if reflected else ufunc(self, *other)

    return operator


# No in-place operators: a scalar is a value, and `x += e` makes a new one.
for _name, _ufunc in {
    "neg": np.negative,
    "pos": np.positive,
    "abs": np.absolute,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}.items():
    setattr(Scalar, f"__{_name}__", _operator(_ufunc))
for _name, _ufunc in {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.divide,
    "floordiv": np.floor_divide,
    "mod": np.remainder,
    "pow": np.power,
    "divmod": np.divmod,
}.items():
    setattr(Scalar, f"__{_name}__", _operator(_ufunc))
    setattr(Scalar, f"__r{_name}__", _operator(_ufunc, reflected=True))


class TapeArray(np.ndarray):
    """An object array whose elements are `Scalar` or `np.float64`; it stands for a float array."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return apply_ufunc(ufunc, method, *inputs, **kwargs)

    def __array_function__(self, function, types, args, kwargs):
        return apply_function(function, args, kwargs)

    def __setitem__(self, index, new):
        new = floats(new)
        alone = isinstance(new, np.ndarray) and new.shape == ()  # an object would hold the array
        super().__setitem__(index, new.view(np.ndarray)[()] if alone else new)

    @property
    def real(self):
        """The array itself, as of floats; of objects, NumPy may give a copy."""
        return self

    def __contains__(self, number):
        return value(number) in values(self)


def node(value: Any, links: Iterable[tuple[Any, Any]]) -> Any:
    """A new scalar from its value and the pairs (operand, partial derivative by it).

    A partial of zero is kept: 0 times an infinite derivative further down is nan, as in torch.
    """
    parents = tuple((p, np.float64(d)) for p, d in links if isinstance(p, Scalar))
    return Scalar(value, parents) if parents else np.float64(value)


def choice(value: Any, links: Iterable[tuple[Any, Any]]) -> Any:
    """A scalar that is one of its operands, or a mean of equals: those that lose have no part."""
    return node(value, [(operand, partial) for operand, partial in links if partial != 0.0])


def value(x: Any) -> Any:
    """The number itself, without its history."""
    return x.value if isinstance(x, Scalar) else np.float64(x)


def values(x: Any) -> Any:
    """`x` (array, number, or nested list) as plain NumPy, without history."""
    if isinstance(x, list | tuple):
        x = np.array(x, dtype=object) if holds_floats(x) else np.asarray(x)
    if isinstance(x, Scalar):
        return x.value
    if isinstance(x, np.ndarray) and x.dtype == object:
        return np.asarray(np.frompyfunc(value, 1, 1)(np.asarray(x)), dtype=np.float64)
    return x


def holds_floats(x: Any) -> bool:
    """Whether NumPy would make a float array of `x`."""
    if isinstance(x, list | tuple):
        return any(holds_floats(item) for item in x)
    if isinstance(x, np.ndarray):
        return x.dtype == object or x.dtype.kind == "f"
    return isinstance(x, Scalar | float | np.floating)


def box(x: Any) -> TapeArray:
    """A number as a 0-d array."""
    boxed = np.empty((), dtype=object)
    boxed[()] = x
    return boxed.view(TapeArray)


def floats(x: Any) -> Any:
    """`x` in the oracle's representation: its numbers become `np.float64`, scalars stay."""
    if isinstance(x, Scalar | np.float64 | TapeArray):
        return x
    if isinstance(x, bool | int | float | np.number | np.bool_):
        return np.float64(x)
    made = np.frompyfunc(lambda e: e if isinstance(e, Scalar) else np.float64(e), 1, 1)(
        np.asarray(x, dtype=object)
    )
    return made.view(TapeArray) if isinstance(made, np.ndarray) else box(made)


def each(function: Callable, *operands: Any) -> Any:
    """`function`, of elements, applied to operands that broadcast: an array, or one element."""
    return wrapped(np.frompyfunc(function, len(operands), 1)(*map(_plain, operands)))


def wrapped(result: Any) -> Any:
    """What NumPy returned, with each array of floats in the oracle's representation."""
    if isinstance(result, tuple | list):
        return type(result)(wrapped(item) for item in result)
    if isinstance(result, np.ndarray) and not isinstance(result, TapeArray):
        if result.dtype == object:
            return result.view(TapeArray)
        if result.dtype.kind == "f":
            return floats(result)
    return result


def _power_partials(a, b, y):
    """As torch: zero for exponent 0, and no logarithm of a base 0 with exponent >= 0."""
    by_base = 0.0 if b == 0 else b * np.power(a, b - 1)
    by_exponent = 0.0 if a == 0 and b >= 0 else y * np.log(a)
    return by_base, by_exponent


def _maximum_partials(a, b, y):
    by_a = 0.5 if a == b else float(a > b)
    return by_a, 1.0 - by_a


def _minimum_partials(a, b, y):
    by_a = 0.5 if a == b else float(a < b)
    return by_a, 1.0 - by_a


# The derivative of each elementwise function, from its operands and its value y.
UNARY: dict[np.ufunc, Callable] = {
    np.negative: lambda x, y: -1.0,
    np.positive: lambda x, y: 1.0,
    np.absolute: lambda x, y: np.sign(x),
    np.fabs: lambda x, y: np.sign(x),
    np.conjugate: lambda x, y: 1.0,
    np.sign: lambda x, y: 0.0,
    np.floor: lambda x, y: 0.0,
    np.ceil: lambda x, y: 0.0,
    np.trunc: lambda x, y: 0.0,
    np.rint: lambda x, y: 0.0,
    np.exp: lambda x, y: y,
    np.exp2: lambda x, y: y * math.log(2.0),
    np.expm1: lambda x, y: y + 1.0,
    np.log: lambda x, y: 1.0 / x,
    np.log2: lambda x, y: 1.0 / (x * math.log(2.0)),
    np.log10: lambda x, y: 1.0 / (x * math.log(10.0)),
    np.log1p: lambda x, y: 1.0 / (1.0 + x),
    np.sqrt: lambda x, y: 0.5 / y,
    np.cbrt: lambda x, y: 1.0 / (3.0 * y * y),
    np.square: lambda x, y: 2.0 * x,
    np.reciprocal: lambda x, y: -y * y,
    np.sin: lambda x, y: np.cos(x),
    np.cos: lambda x, y: -np.sin(x),
    np.tan: lambda x, y: 1.0 + y * y,
    np.arcsin: lambda x, y: 1.0 / np.sqrt(1.0 - x * x),
    np.arccos: lambda x, y: -1.0 / np.sqrt(1.0 - x * x),
    np.arctan: lambda x, y: 1.0 / (1.0 + x * x),
    np.sinh: lambda x, y: np.cosh(x),
    np.cosh: lambda x, y: np.sinh(x),
    np.tanh: lambda x, y: 1.0 - y * y,
    np.arcsinh: lambda x, y: 1.0 / np.sqrt(x * x + 1.0),
    np.arccosh: lambda x, y: 1.0 / np.sqrt(x * x - 1.0),
    np.arctanh: lambda x, y: 1.0 / (1.0 - x * x),
    np.deg2rad: lambda x, y: math.pi / 180.0,
    np.radians: lambda x, y: math.pi / 180.0,
    np.rad2deg: lambda x, y: 180.0 / math.pi,
    np.degrees: lambda x, y: 180.0 / math.pi,
}
BINARY: dict[np.ufunc, Callable] = {
    np.add: lambda a, b, y: (1.0, 1.0),
    np.subtract: lambda a, b, y: (1.0, -1.0),
    np.multiply: lambda a, b, y: (b, a),
    np.divide: lambda a, b, y: (1.0 / b, -y / b),
    np.power: _power_partials,
    np.float_power: _power_partials,
    np.floor_divide: lambda a, b, y: (0.0, 0.0),
    np.remainder: lambda a, b, y: (1.0, -np.floor(a / b)),
    np.fmod: lambda a, b, y: (1.0, -np.trunc(a / b)),
    np.maximum: _maximum_partials,
    np.minimum: _minimum_partials,
    np.fmax: _maximum_partials,
    np.fmin: _minimum_partials,
    np.arctan2: lambda a, b, y: (b / (a * a + b * b), -a / (a * a + b * b)),
    np.hypot: lambda a, b, y: (a / y, b / y),
    np.logaddexp: lambda a, b, y: (np.exp(a - y), np.exp(b - y)),
    np.logaddexp2: lambda a, b, y: (np.exp2(a - y), np.exp2(b - y)),
    np.copysign: lambda a, b, y: (np.sign(a) * np.sign(y), 0.0),
    np.heaviside: lambda a, b, y: (0.0, float(a == 0)),
}
CHOICES = (np.maximum, np.minimum, np.fmax, np.fmin)
_IDENTITY = {np.add: np.float64(0.0), np.multiply: np.float64(1.0)}


def _on_scalars(ufunc: np.ufunc) -> np.ufunc:
    """The ufunc that does `ufunc` on tape scalars, and records its partials."""

    def unary(x):
        y = ufunc(value(x))
        return node(y, [(x, UNARY[ufunc](value(x), y))]) if isinstance(x, Scalar) else y

    def binary(a, b):
        y = ufunc(value(a), value(b))
        if not isinstance(a, Scalar) and not isinstance(b, Scalar):
            return y
        made = choice if ufunc in CHOICES else node
        return made(y, zip((a, b), BINARY[ufunc](value(a), value(b), y), strict=True))

    if ufunc in UNARY:
        return np.frompyfunc(unary, 1, 1)
    if ufunc in _IDENTITY:
        return np.frompyfunc(binary, 2, 1, identity=_IDENTITY[ufunc])
    return np.frompyfunc(binary, 2, 1)


_ELEMENTWISE = {ufunc: _on_scalars(ufunc) for ufunc in (*UNARY, *BINARY)}


def apply_ufunc(ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """`ufunc(*inputs)`, or its `reduce`, `at`, … on operands some of which are on the tape."""
    if (ufunc, method) in REPLACED:
        return REPLACED[ufunc, method](*inputs, **kwargs)
    if ufunc is np.divmod:
        return np.floor_divide(*inputs), np.remainder(*inputs)
    if ufunc not in _ELEMENTWISE and ufunc not in (np.matmul, np.vecdot):
        if ufunc.types[0].endswith("?") or ufunc in (np.isnan, np.isinf, np.isfinite):
            return getattr(ufunc, method)(*map(values, inputs), **kwargs)
        raise NotImplementedError(f"the oracle has no derivative for {ufunc.__name__}")
    kwargs.pop("dtype", None)
    out = kwargs.get("out")
    if out is not None:
        kwargs["out"] = tuple(o.view(np.ndarray) for o in out)
    result = getattr(_ELEMENTWISE.get(ufunc, ufunc), method)(*map(_plain, inputs), **kwargs)
    return out[0] if out is not None else wrapped(result)


def apply_function(function: Callable, args: tuple, kwargs: dict) -> Any:
    """A NumPy function other than a ufunc: our version, or NumPy's own on arrays of objects."""
    if function in REPLACED:
        return REPLACED[function](*args, **kwargs)
    own = getattr(function, "_implementation", function)
    return wrapped(own(*args, **kwargs))


def _plain(x: Any) -> Any:
    """An operand for NumPy's own machinery, which then does not come back to `apply_ufunc`."""
    if isinstance(x, Scalar):
        return box(x).view(np.ndarray)
    if isinstance(x, list) and holds_floats(x):
        return floats(x).view(np.ndarray)
    return x.view(np.ndarray) if isinstance(x, TapeArray) else x


def sweep(seeds: list[tuple[Any, float]]) -> None:
    """Reverse sweep: leave in each scalar's `adjoint` the derivative of the seeded outputs."""
    seen: dict[int, Scalar] = {}
    pending = [s for s, _ in seeds if isinstance(s, Scalar)]
    while pending:
        scalar = pending.pop()
        if scalar.time not in seen:
            seen[scalar.time] = scalar
            pending.extend(parent for parent, _ in scalar.parents)
    for scalar, seed in seeds:
        if isinstance(scalar, Scalar):
            scalar.adjoint += seed
    for time in sorted(seen, reverse=True):
        for parent, partial in seen[time].parents:
            parent.adjoint += partial * seen[time].adjoint
