"""A whole program: helpers, the function, its inputs, and the module it lives in."""

from __future__ import annotations

import copy
import linecache
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.randomgen import auxiliary, classes, outside, returns, statements, tables
from tests.randomgen.calls import HALVED
from tests.randomgen.chooser import Chooser
from tests.randomgen.kinds import (
    FLOAT,
    Array,
    Bool,
    Float,
    Int,
    IntArray,
    Kind,
    List,
    Tuple,
    is_float,
)
from tests.randomgen.knobs import Knobs, knobs
from tests.randomgen.writer import Helper, Parameter, Writer

LARGEST = 1e6  # of the values that a program may return
MAY_RAISE = frozenset({"failing", "handled", "lazy", "outside"})


@dataclass(frozen=True)
class Program:
    """A program and what to run it on; `function` has a source that `inspect` finds.

    `error` is what it raises, if it does; `history` is what happens to its module between calls.
    """

    name: str
    source: str
    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    features: frozenset[str]
    cotangent: Any = field(default=None)
    error: Exception | None = None
    history: tuple[str, ...] = ()

    def arguments(self) -> tuple[Any, ...]:
        """A copy of the inputs, for a run that may write into them."""
        return copy.deepcopy(self.inputs)


class Untamed(Exception):
    """A program that does not run, or whose result is not finite, very large, or chaotic."""


def load(name: str, source: str) -> Callable[..., Any]:
    """Compile the source in a module namespace of its own; return its function `f`."""
    namespace: dict[str, Any] = {"__name__": f"random_program_{name}".replace("-", "_")}
    try:
        run(f"<random-program-{name}>", source, namespace)
    except Exception as error:
        raise Untamed(f"{type(error).__name__}: {error}\n{source}") from error
    if "f" not in namespace:
        raise Untamed(f"there is no function f\n{source}")
    return namespace["f"]


def run(filename: str, source: str, namespace: dict[str, Any]) -> None:
    """Run a text, registered with `linecache`, so that `inspect.getsource` and tracebacks show it."""
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    exec(compile(source, filename, "exec"), namespace)


def build(
    name: str,
    source: str,
    inputs: tuple,
    features: frozenset[str] = frozenset(),
    history: tuple[str, ...] = (),
    like: Any = None,
) -> Program:
    """A program from its text: it is run once, and its cotangent is made; raises `Untamed`.

    One that is to fail may raise: `like` is of the structure that it would have returned.
    """
    function, failed = load(name, source), None
    try:
        with np.errstate(all="ignore"):
            value = function(*copy.deepcopy(inputs))
    except Exception as error:
        if like is None or not features & MAY_RAISE:
            raise Untamed(f"{type(error).__name__}: {error}\n{source}") from error
        value, failed, features = like, error, features | {"error"}
    if not tame(value):
        raise Untamed(f"the result is {value!r}\n{source}")
    if failed is None and is_chaotic(function, inputs, value):
        raise Untamed(f"rounding decides the result\n{source}")
    cotangent = cotangent_like(value, np.random.default_rng(0))
    if "aux" in features:
        cotangent = (1.0, nothing_like(cotangent[1]))
    return Program(name, source, function, inputs, features, cotangent, failed, history)


def is_chaotic(function: Callable[..., Any], inputs: tuple, value: Any) -> bool:
    """Whether inputs that hardly differ give other results: so do two ways to add up."""
    moved = moved_by(1e-10, copy.deepcopy(inputs))
    try:
        with np.errstate(all="ignore"):
            other = function(*moved)
        pairs = zip(numbers_in(value), numbers_in(other), strict=True)
        return not all(np.allclose(a, b, 1e-5, 1e-5) for a, b in pairs)
    except Exception:
        return True


def moved_by(part: float, value: Any) -> Any:
    """Inputs of which all floating numbers are larger by a part of them."""
    if isinstance(value, (tuple, list)):
        return type(value)([moved_by(part, item) for item in value])
    if isinstance(value, dict):
        return {key: moved_by(part, item) for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value * (1.0 + part)
    return value * (1.0 + part) if isinstance(value, float) else value


def numbers_in(value: Any) -> list[Any]:
    """The numbers and arrays of a result, in their order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return [leaf for item in value for leaf in numbers_in(item)]
    return [value]


def nothing_like(value: Any) -> Any:
    """None for every leaf."""
    if isinstance(value, dict):
        return {key: nothing_like(item) for key, item in value.items()}
    return type(value)(map(nothing_like, value)) if isinstance(value, (tuple, list)) else None


def example(kind: Kind) -> Any:
    """A value of a kind of results."""
    return np.zeros(kind.shape) if isinstance(kind, Array) else 0.0


def tame(value: Any) -> bool:
    """Whether all is floating, finite and of moderate size."""
    if isinstance(value, dict):
        return all(map(tame, value.values()))
    if isinstance(value, (tuple, list)):
        return all(map(tame, value))
    if not isinstance(value, (float, np.floating, np.ndarray)):
        return False
    array = np.asarray(value)
    return array.dtype.kind == "f" and bool(np.all(np.abs(array) < LARGEST))


def cotangent_like(value: Any, random: np.random.Generator) -> Any:
    """Random numbers in the structure, shapes and dtypes of an output."""
    if isinstance(value, dict):
        return {key: cotangent_like(item, random) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(cotangent_like(item, random) for item in value)
    if isinstance(value, np.ndarray):
        return random.uniform(-1.0, 1.0, value.shape).astype(value.dtype)
    return type(value)(random.uniform(-1.0, 1.0))


def write_program(
    chooser: Chooser, name: str, level: int = 1, weights: Knobs | None = None
) -> Program:
    """One random program, run once; raises `Untamed` in the rare case that its values are large."""
    weights = weights or knobs(level)
    w = Writer(chooser, weights, level, _dims(chooser))
    for number in range(chooser.weighted([(2, 0), (4, 1), (3, 2)])):
        w.helpers.append(_helper(w, f"h{number}"))
    inputs, parameters = _parameters(w)
    forms = [(8, "single"), (3, "tuple"), (1, "list"), (1, "dict"), (1 if level >= 2 else 2, "aux")]
    w.container = chooser.weighted(forms)
    count = 1 if w.container in ("single", "aux") else chooser.integer(2, 3)
    w.results = tuple(_result_kind(w) for _ in range(count))
    if w.container == "aux":
        w.results = (FLOAT,)
        auxiliary.choose(w)
    w.budget = chooser.integer(2, 12)
    statements.write_block(w)
    if not w.leaves:
        returns.write_return(w)
    own = [line for helper in w.helpers for line in [*helper.lines, "", ""]]
    own += [f"def f({', '.join(parameters)}):", *w.lines]
    text = "\n".join(own) + "\n"
    features = w.features.union(*(helper.features for helper in w.helpers))
    lines = [
        "import collections",
        "import itertools",
        "import math",
        "",
        "import numpy as np",
        "",
        "",
    ]
    for feature, module in MODULES.items():
        lines += [*module, "", ""] if feature in features else []
    changes = outside.history(chooser, text) if "outside" in features else ()
    if changes:
        w.mark("history")
    source = "\n".join(lines) + "\n" + text
    return build(name, source, inputs, frozenset(w.features), changes, _like(w))


MODULES = {
    "outside": outside.MODULE,
    "derived": classes.CLASSES,
    "recursion": HALVED,
    "table": tables.HELPERS,
}


def _like(w: Writer) -> Any:
    """Values of the structure of the results."""
    values = [example(kind) for kind in w.results]
    if w.container == "single":
        return values[0]
    if w.container == "dict":
        return dict(zip("pqr", values, strict=False))
    if w.container == "aux":
        return values[0], eval(w.auxiliary.format("value"), {"np": np, "value": values[1]})
    return values if w.container == "list" else tuple(values)


def _dims(chooser: Chooser) -> tuple[int, ...]:
    """The sizes of axes in one program: few different ones, so that shapes meet."""
    table = [(4, 0), (8, 1), (24, 2), (24, 3), (7, 4)]
    return tuple(chooser.weighted(table) for _ in range(chooser.integer(2, 3)))


def _result_kind(w: Writer) -> Kind:
    return FLOAT if w.chooser.chance(0.45) else Array(w.shape())


def _parameters(w: Writer) -> tuple[tuple[Any, ...], list[str]]:
    """Bind the function's parameters; return their inputs and names."""
    random = np.random.default_rng(w.chooser.integer(0, 2**31 - 1))
    single = w.chooser.chance(0.08)
    if single:
        w.mark("float32")
    kinds: list[Kind] = [FLOAT if w.chooser.chance(0.35) else Array(w.shape())]
    for _ in range(w.chooser.integer(1, 3)):
        forms = [(6, "float"), (9, "array"), (2, "int"), (1, "ints"), (1, "bool"), (1, "0-d")]
        form = w.chooser.weighted(forms + [(2, "list")] * (w.level >= 2))
        kinds.append(_input_kind(w, form))
    inputs, names = [], []
    for kind in kinds:
        name = w.fresh("nm") if isinstance(kind, (Int, IntArray, Bool)) else w.fresh("abcdx")
        names.append(name)
        inputs.append(_input(w, kind, random, single))
        w.mark(*_input_features(kind))
        exact = Int(inputs[-1], inputs[-1]) if isinstance(kind, Int) else kind
        buffer = isinstance(kind, Array) and (w.level >= 2 or w.chooser.chance(0.5))
        w.bind(name, exact, buffer=buffer, fixed=not is_float(kind))
    w.arguments = frozenset(names)
    return tuple(inputs), names


def _input_kind(w: Writer, form: str) -> Kind:
    if form == "array":
        return Array(w.shape())
    if form == "list":
        return List(w.chooser.pick([FLOAT, Array(w.shape())]), w.chooser.integer(1, 3))
    if form == "ints":
        size = w.chooser.pick([size for size in w.dims if size] or [1])
        return IntArray(w.chooser.integer(1, 3), -size, size - 1)
    return {"float": FLOAT, "int": Int(0, 4), "bool": Bool(), "0-d": Array(())}[form]


def _input_features(kind: Kind) -> list[str]:
    if isinstance(kind, Array):
        rank = f"input_rank_{len(kind.shape)}"
        return [rank] + ["empty_array"] * (0 in kind.shape)
    return [f"input_{type(kind).__name__.lower()}"]


def _input(w: Writer, kind: Kind, random: np.random.Generator, single: bool) -> Any:
    if isinstance(kind, List):
        return [_input(w, kind.item, random, single) for _ in range(kind.count)]
    if isinstance(kind, Int):
        return w.chooser.integer(kind.lo, kind.hi)
    if isinstance(kind, Bool):
        return w.chooser.chance(0.5)
    if isinstance(kind, IntArray):
        return random.integers(kind.lo, kind.hi + 1, kind.count)
    if isinstance(kind, Float):
        return round(float(random.uniform(-1.5, 1.5)), 6)
    values = np.round(random.uniform(-1.5, 1.5, kind.shape), 6)  # seldom at a kink
    return np.array(values, dtype=np.float32 if single else np.float64)


def _helper(outer: Writer, name: str) -> Helper:
    """A function for the program to call; it may call those before it."""
    chooser = outer.chooser
    w = Writer(chooser, outer.knobs, outer.level, outer.dims, list(outer.helpers), unshared=True)
    writes = outer.level >= 2 and chooser.chance(0.5)
    parameters: list[Parameter] = []
    for position in range(chooser.integer(1, 3)):
        kind = chooser.weighted([(5, FLOAT), (5, Array(w.shape())), (1, Int(0, 3))])
        if position == 0 and writes:
            kind = Array(w.shape())
        default = None
        if kind == FLOAT and position and (chooser.chance(0.9) or parameters[-1].default):
            default = str(chooser.number(-0.9, 0.9))
        elif position and parameters[-1].default:
            break
        stored = writes and position == 0
        parameters.append(Parameter(w.fresh("abcdx"), kind, default, stored))
        w.bind(parameters[-1].name, kind, buffer=stored, fixed=isinstance(kind, Int))
    procedure = writes and chooser.chance(0.4)
    if not procedure:
        w.container = chooser.weighted([(4, "single"), (3, "tuple")])
        w.results = tuple(_result_kind(w) for _ in range(1 if w.container == "single" else 2))
    w.budget = chooser.integer(0, 3)
    if writes:
        w.features.discard("store")
        statements.stores.store(w)
    if w.budget or procedure:
        statements.write_block(w)
    if not procedure and not w.leaves:
        returns.write_return(w)
    w.features.discard("multiple_outputs")
    result = None if procedure else (w.results[0] if len(w.results) == 1 else Tuple(w.results))
    shown = [p.name if p.default is None else f"{p.name}={p.default}" for p in parameters]
    lines = (f"def {name}({', '.join(shown)}):", *w.lines)
    return Helper(name, tuple(parameters), result, lines, frozenset(w.features))
