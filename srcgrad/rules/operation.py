"""One operation: what passes ask of it, from its spelling to its derivative."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from srcgrad.errors import InternalError
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.rules.ranges import POLE, TOP, WHOLE, Range, Values, first, meet, tame

REQUIRED = inspect.Parameter.empty


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise InternalError("a fact was asked of a value that is not known")


UNKNOWN = _Unknown()


class Several:
    """Annotation: the parameter is a sequence of arrays."""


SEVERAL = ("Several", Several)


class Arg:
    """What the facts of an operation may use of an argument."""

    __slots__ = ("const", "kind")

    def __init__(self, kind: Kind, const: Any = UNKNOWN) -> None:
        self.kind = kind
        self.const = const

    @property
    def known(self) -> bool:
        return self.const is not UNKNOWN


class Param(NamedTuple):
    name: str
    default: Any = REQUIRED
    several: str = ""  # "sequence" or "star": the argument is a tuple of operands


Facts = Callable[..., Kind]


@dataclass
class Op:
    """One operation; ``view``: its result "always", "maybe" or "never" shares an operand."""

    key: str
    function: Any
    params: tuple[Param, ...]
    facts: Facts
    rule: Rule | None = None
    spelling: str = ""
    view: str = "never"
    viewed: int = 0  # the parameter that the result may be a view of
    effect: bool = False
    foldable: bool = False
    shape_only: tuple[str, ...] = ()  # parameters of which only shape and dtype are read
    flat: bool = False  # its derivative is zero wherever there is one
    converts: bool = False  # its result has a known kind, whatever it is made of
    cost: int = 5  # 1: arithmetic; what may be recomputed rather than kept is decided by it
    values: Values | None = None  # the range of the result; None: it has poles
    moves: int | None = None  # of a linear one that only moves and adds up: what it leaves out
    regular: float = 1.0  # where all derivatives are finite, if all operands are this

    def range(self, operands: list[Range]) -> Range:
        """What is known of the size of the result."""
        if self.values is not None:
            return self.values(*operands)
        if self.moves is not None and operands:
            found = first(*operands)
            return found if self.moves == WHOLE else meet(found, Range(found.hazard, 1))
        if self.shape_only and self.rule is None:
            return TOP
        if self.rule is None or self.rule.style == "linear":
            return tame(*operands)
        return Range(POLE)

    def complete(self, args: Iterable[Any]) -> tuple[Any, ...]:
        """The arguments with defaults for those that are missing."""
        args = tuple(args)
        if len(args) > len(self.params):
            raise InternalError(f"{self.key} takes {len(self.params)} arguments, not {len(args)}")
        missing = self.params[len(args) :]
        if any(param.default is REQUIRED for param in missing):
            raise InternalError(f"{self.key} lacks arguments: {missing}")
        return args + tuple(Const(param.default) for param in missing)

    def apply(self, values: Iterable[Any]) -> Any:
        """The operation on concrete values, called as generated code calls it."""
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        for param, value in zip(self.params, values, strict=True):
            if param.several == "star":
                positional.extend(value)
            elif param.default is REQUIRED:
                positional.append(value)
            elif not (type(value) is type(param.default) and value == param.default):
                keywords[param.name] = value
        return self.function(*positional, **keywords)

    def fold(self, args: tuple[Any, ...]) -> Const | None:
        """The result as a constant, if all arguments are known: Python scalars, or tuples."""
        values = [literal(arg) for arg in args]
        if UNKNOWN in values:
            return None
        try:
            return Const(self.function(*values))
        except (ArithmeticError, ValueError, TypeError):
            return None


@dataclass
class Rule:
    """A derivative rule, parsed when it is first used."""

    function: Any
    style: str  # "elementwise", "linear", "adjoint"
    parsed: Any = field(default=None, repr=False)  # its lines, and what they say of parameters
    stated: Any = field(default=None, repr=False)


def literal(arg: Any) -> Any:
    """The value of a known argument of None, scalars, strings and tuples of them; or ``UNKNOWN``."""
    if isinstance(arg, Const):
        return arg.value if _plain(arg.value) else UNKNOWN
    if not isinstance(arg, tuple):
        return UNKNOWN
    items = tuple(literal(item) for item in arg)
    return UNKNOWN if UNKNOWN in items else items


def _plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(_plain(item) for item in value)
    return value is None or type(value) in (int, float, bool, str)


OPS: dict[str, Op] = {}


BY_FUNCTION: dict[Any, str] = {}


def infer(key: str, args: tuple[Any, ...], kind_of: Callable[[Any], Kind]) -> Kind:
    """The kind of ``key(*args)``."""

    def view(arg: Any) -> Any:
        if isinstance(arg, str):
            return Arg(kind_of(arg))
        if isinstance(arg, Const):
            return Arg(kind_of(arg), arg.value)
        if type(arg) is tuple:
            return tuple([view(item) for item in arg])
        return Arg(kinds.OPAQUE if isinstance(arg, list | dict) else kind_of(arg))

    return OPS[key].facts(*[view(arg) for arg in args])


def key_of(function: Any) -> str | None:
    """The operation a callable stands for, if it is registered."""
    try:
        return BY_FUNCTION.get(function)
    except TypeError:
        return None


def spelling_of(function: Any) -> str:
    """How generated code names a function: ``np.sum``, ``math.sin``, ``abs``."""
    module = getattr(function, "__module__", None) or ""
    name = function.__name__
    if isinstance(function, np.ufunc) or module == "numpy" or module.startswith("numpy._core"):
        return f"np.{name}"
    if module.startswith("numpy.linalg"):
        return f"np.linalg.{name}"
    if module == "builtins":
        return str(name)
    if module in ("_operator", "operator"):
        return f"operator.{name}"
    if module == "" or module.startswith("srcgrad.runtime"):
        return str(name)
    return f"{module}.{name}"


def parameters(function: Any, skip: int = 0) -> tuple[Param, ...]:
    """The parameters of a rule or helper."""
    code, defaults = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    values = (REQUIRED,) * (len(names) - len(defaults)) + defaults
    annotations = function.__annotations__
    found = [
        Param(name, value, "sequence" if annotations.get(name) in SEVERAL else "")
        for name, value in zip(names, values, strict=True)
    ]
    rest = code.co_varnames[code.co_argcount :]
    if code.co_flags & inspect.CO_VARARGS:
        found.append(Param(rest[code.co_kwonlyargcount], several="star"))
    keywords = function.__kwdefaults__ or {}
    found += [Param(name, keywords.get(name, REQUIRED)) for name in rest[: code.co_kwonlyargcount]]
    return tuple(found[skip:])


def register(function: Any, params: tuple[Param, ...], facts: Facts, **options: Any) -> Op:
    """Add an operation to the registry; ``key`` and ``spelling`` follow from the function."""
    key = options.pop("key", None) or spelling_of(function).removeprefix("operator.").strip("_")
    op = Op(key, function, params, facts, **options)
    op.spelling = op.spelling or spelling_of(function)
    OPS[key] = op
    BY_FUNCTION[function] = key
    return op


def known_value(arg: Arg, default: Any = None) -> Any:
    """The constant of an argument, or ``default``."""
    return arg.const if arg.known else default


def numeric_kinds(args: Iterable[Any]) -> list[Kind]:
    """The kinds of all numeric arguments, those in sequences included."""
    found: list[Kind] = []
    for arg in args:
        if isinstance(arg, tuple):
            found.extend(numeric_kinds(arg))
        elif arg.kind.numeric:
            found.append(arg.kind)
    return found
