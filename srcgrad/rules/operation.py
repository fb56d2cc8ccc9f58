"""One operation: what passes ask of it, from its spelling to its derivative."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from srcgrad.errors import InternalError
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.rules import exceptions
from srcgrad.rules.ranges import POLE, TOP, WHOLE, Range, Values, first, meet, tame

REQUIRED = inspect.Parameter.empty
CALL = 10  # the cost of a function such as ``exp``


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise InternalError("a fact was asked of a value that is not known")


UNKNOWN = _Unknown()


class Unjoined(Exception):
    """There is no form for several directions at once: see ``rules.directions``."""


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


Raises = Callable[[exceptions.Operation], exceptions.Classes]
View = str | Callable[..., str]  # "always", "maybe", "never", "held" or "unknown"


@dataclass
class Op:
    """One operation, and what passes ask of it. What is not stated is the worst that is usual."""

    key: str
    function: Any
    params: tuple[Param, ...]
    facts: Facts
    rule: Rule | None = None
    spelling: str = ""

    # memory: whether its result shares memory with the operand ``viewed``; a function decides by
    # that operand's kind and the arguments. "held": it is what an operand holds, or was there
    # before; "unknown": it may be any of the operands
    view: View = "never"
    viewed: int = 0
    injective: bool = False  # a view in which each element that it shows stands once
    by_layout: bool = False  # a view of what is contiguous, a copy of anything else
    through: bool = False  # stores into the result are stores into the operand, in any layout
    layout: str = ""  # of the result: "C", contiguous; "like", that of the operands
    stored: int | None = None  # the argument that it stores into its first one
    changes: bool = False  # it changes the object, list or array that is its first argument
    deep: bool = False  # it stores into lists inside of lists, too

    # effects
    effect: bool = False  # its place matters: it is not shared, moved or computed again
    kept: bool = False  # it stays though nothing reads its result
    repeatable: bool = True  # nobody outside of the function sees how often it runs
    foreign: bool = False  # it runs code that is not followed: ``rules.kept`` knows of it
    distinct: bool = False  # each time it makes an object of its own, which is not shared
    raises: Raises | None = None  # a family of ``rules.exceptions``; None: as its like does
    unchecked: bool = False  # what it raises is known before, or is raised by its derivative, too
    check: str = ""  # the operation on shapes that raises what this one does for them

    # values
    cost: int = 5  # 1: arithmetic; what may be recomputed rather than kept is decided by it
    called: int | None = None  # compiled, it is a call unless this operand is written down
    foldable: bool = False
    shape_only: tuple[str, ...] = ()  # parameters of which only shape and dtype are read
    flat: bool = False  # its derivative is zero wherever there is one
    or_real: bool = False  # complex by its kind, and real if that is what a real operand gives
    hermitian: bool = False  # of a Hermitian operand it makes a Hermitian result
    triangle: bool = False  # the lower one is all that is read of the matrix, its first operand
    converts: bool = False  # its result has a known kind, whatever it is made of
    values: Values | None = None  # the range of the result; None: it has poles
    moves: int | None = None  # of a linear one that only moves and adds up: what it leaves out
    regular: float = 1.0  # where all derivatives are finite, if all operands are this
    follows: bool = False  # a derivative passes it from the first operand, without a rule
    holomorphic: bool | None = None  # its rule, or its having none, holds for complex numbers
    alike: bool = False  # the result has the shape and dtype of the first operand
    copies: bool = False  # ... and its values
    allocates: bool = False  # an array of the shape that is the first argument
    zeros: bool = False  # all elements of the result are 0
    into: str = ""  # the operation that adds its result, mostly zeros, to its first operand
    total: bool = False  # it cannot fail on numbers
    arithmetic: bool = False  # + - * /
    commutative: bool = False
    places: bool = False  # it checks that a subscript has its place
    compares: bool = False  # it checks that operands are alike
    asserts: bool = False  # all that it does is to raise, or not
    picks: tuple[int, ...] = ()  # the operands of which each element of the result is one, or 0
    shift: Callable[..., Any] | None = (
        None  # what a shift of operands makes of it: ``rules.shifts``
    )
    mirrored: str = ""  # the comparison that is the same with its operands exchanged

    # forms
    symbol: type[ast.AST] | None = None  # the operator that Python writes for it
    compiled: str = ""  # the operation that it is in compiled code
    extreme: int = 0  # it is the larger of two, 1, or the smaller, -1; NaN if one is
    vector: str = ""  # that which is computed of several numbers at once, in compiled loops
    numbers: bool | None = None  # compiled, it does to numbers what it does to each element of
    # arrays; None: as ufuncs and operators do
    meets: bool = False  # a Python number takes the precision of the other operands
    marks: bool = False  # it says something of the program, and is not run
    silent: bool = False  # no line of the user's stands above it in generated code
    over: Callable[..., Any] | None = None  # its form for several directions: ``rules.directions``

    @property
    def new(self) -> bool:
        """Whether its result is nothing that was there before. Of a call, ``rules.kept`` knows."""
        return self.view == "never" and not self.foreign

    def gives_new(self, args: tuple[Any, ...], kind_of: Callable[[Any], Kind]) -> bool:
        """The same, of these arguments."""
        if isinstance(self.view, str):
            return self.new
        first = args[self.viewed]
        return not isinstance(first, str) or self.view_on(kind_of(first), args) == "never"

    @property
    def looks(self) -> bool:
        """Whether it keeps no reference to an operand."""
        return self.flat and self.view == "never"

    @property
    def elementwise(self) -> bool:
        return self.rule is not None and self.rule.style == "elementwise"

    @property
    def on_elements(self) -> bool:
        """Whether compiled code may do it to the elements of arrays, one by one."""
        if self.numbers is not None:
            return self.numbers
        return isinstance(self.function, np.ufunc) or self.symbol is not None

    @property
    def holds_for_complex(self) -> bool:
        """Whether its rule, or its having none, holds for complex numbers."""
        if self.holomorphic is None:
            return self.rule is None or self.rule.style == "linear"
        return self.holomorphic

    def cost_of(self, args: tuple[Any, ...], compiled: bool) -> int:
        """What it costs on these arguments, in the measure of ``cost``."""
        call = compiled and self.called is not None and isinstance(args[self.called], str)
        return max(self.cost, CALL) if call else self.cost

    def view_on(self, kind: Kind, args: tuple[Any, ...] = ()) -> str:
        """Whether its result shares memory with an operand of this kind."""
        return self.view if isinstance(self.view, str) else self.view(kind, *args)

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

    def raised(
        self, args: tuple[Any, ...], kind_of: Callable[[Any], Kind], result: Kind
    ) -> exceptions.Classes:
        """The exceptions that it may raise on these arguments."""
        leaves = [
            leaf
            for leaf in ir.leaves(args)
            if isinstance(leaf, str) or isinstance(leaf.value, int | float | complex | np.generic)
        ]
        first = kind_of(args[0]) if args and isinstance(args[0], str | Const) else kinds.NONE
        operands = [kind_of(leaf) for leaf in leaves]
        use = exceptions.Operation(self, args, operands, first, result, kind_of)
        usual = exceptions.arithmetic if self.elementwise else exceptions.library
        return (self.raises or usual)(use)

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
