"""The guard of an entry: generated Python that tells whether the entry serves a call, and calls.

``dispatch(f, inputs, given)``, where a cotangent or tangents are given, compares types, dtypes and
shapes, reads what is captured, and gives the result of the generated function, or ``MISS``: then
another entry or the careful path, which has the messages, takes over. For ``f(a, b)`` on two
vectors of one size::

    def dispatch(f, inputs, given):
        try:
            if len(inputs) != 2 or f.__code__ is not code:
                return MISS
            a, b = inputs
            if type(a) is not ndarray or a.dtype is not float64:
                return MISS
            shape = a.shape
            if len(shape) != 1:
                return MISS
            ...
        except GONE:
            return MISS
        return run(a, b, given)

What the function raises is asked of it again, where generated code raises: see ``Entry.ask``.
"""

from __future__ import annotations

import textwrap
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.dispatch.cotangent import resolvable
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.guard_lines import MISS, Unwritable
from srcgrad.dispatch.guard_seeds import Seeds
from srcgrad.dispatch.inputs import arrays_of, cast_leaf
from srcgrad.dispatch.outside import Captured, Guard, Place, attribute, expression, weak
from srcgrad.dispatch.pull import Pull
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.ir.trees import leaves
from srcgrad.values.labels import is_labelled
from srcgrad.values.library_objects import state_of
from srcgrad.values.outside import Contents, Whole
from srcgrad.values.signature import Structure


def ready(entry: Entry, function: Any) -> Entry:
    """Give a complete entry its guard."""
    entry.dispatch = dispatcher(entry, function) or miss
    return entry


def dispatcher(entry: Entry, function: Any) -> Callable[[Any, Any, Any], Any] | None:
    """The guard of an entry, compiled; None where only the careful path can compare."""
    writer = _Writer(function)
    try:
        text = writer.source(entry)
    except Unwritable:
        return None
    namespace = writer.names
    exec(compile(text, "<srcgrad dispatch>", "exec"), namespace)
    found: Callable[[Any, Any, Any], Any] = namespace["dispatch"]
    return found


class _Writer(Seeds):
    """The text of one guard."""

    # --- the whole --------------------------------------------------------------------------

    def source(self, entry: Entry) -> str:
        self.inputs = len(entry.specs)
        code = self.constant(self.function.__code__, "code")
        self.count_sizes(entry)
        self.need(f"len(inputs) != {len(entry.specs)}", f"f.__code__ is not {code}")
        variables = [self.fresh("x") for _ in entry.specs]
        if variables:
            self.lines.append(f"{', '.join(variables)}{',' * (len(variables) == 1)} = inputs")
        for number, (variable, spec) in enumerate(zip(variables, entry.specs, strict=True)):
            self.value(spec, variable, (number,))
        for guard in entry.guards:
            self.guard(guard)
        captured = [self.captured(item, k) for k, item in enumerate(entry.captures)]
        seeds = self.seeds(entry, variables)
        self.overlaps(entry)
        for _, path in entry.facts.contiguous:
            self.need(f"not {self.paths[path]}.flags.c_contiguous")
        body = "\n".join(f"        {line}" for line in self.lines)
        arguments = ", ".join([*variables, *captured, *seeds])
        call = self.finish(entry, f"{self.constant(entry.run, 'run')}({arguments})")
        if entry.facts.again is not None or entry.facts.closed:
            ask = f"{self.constant(entry.ask, 'ask')}(f, inputs, error)"
            tried = textwrap.indent(call, "    ")
            call = (
                f"    try:\n{tried}    except Exception as error:\n        {ask}\n        raise\n"
            )
        return (
            f"def dispatch(f, inputs, given):\n    try:\n{body}\n"
            f"    except GONE:\n        return MISS\n{call}"
        )

    def count_sizes(self, entry: Entry) -> None:
        """A symbol that occurs once needs no variable."""
        shapes = [kind.shape or () for _, kind in arrays_of(entry.specs)]
        if entry.style != "value" and entry.facts.tree is not None:
            sizes, output = entry.expected.sizes, leaves(entry.expected.tree)
            shapes += [leaf.kind.shape or () for leaf in output if resolvable(leaf.kind, sizes)]
        self.uses.update(dim for shape in shapes for dim in shape)
        for dim in self.uses:
            self.uses[dim] += isinstance(dim, int)

    def finish(self, entry: Entry, call: str) -> str:
        """The lines that call the generated function and bring gradients to their kinds."""
        facts = entry.facts
        casts = facts.casts
        if not entry.unfinished:
            return f"    return {call}\n"
        plain = facts.form is None and not facts.mixed
        if entry.taken is not None and plain and facts.sizes.keys() <= self.sizes.keys():
            return self.pulled(entry, call)
        if (
            entry.style in ("pullback", "jvp", "value")
            or not all(isinstance(item, str) for item in casts)
            or any(facts.forms)
            or (entry.style != "vjp" and facts.form is not None)
        ):
            return f"    return {self.constant(entry.finished, 'finished')}({call}, inputs)\n"
        parts = [f"g{k}" for k in range(len(casts))]
        unpack = ", ".join(parts) + "," * (len(parts) == 1)
        result = ", ".join(self.cast(c, p) for c, p in zip(casts, parts, strict=True))
        result = f"({result},)" if len(parts) == 1 else f"({result})"
        if entry.style != "vjp":
            return f"    value, ({unpack}) = {call}\n    return value, {result}\n"
        return f"    {unpack} = {call}\n    return {result}\n"

    def pulled(self, entry: Entry, call: str) -> str:
        """The lines that call the first half of a pullback, of an output that is one array."""
        dims = entry.facts.tree.kind.shape
        sizes = ", ".join(
            f"{self.constant(dim, 'n')}: {self.sizes[dim]}" for dim in entry.facts.sizes
        )
        left = f"{self.constant(entry, 'entry')}, left, {{{sizes}}}, {self.shape_text(dims)}"
        return (
            f"    value, left = {call}\n    return value, {self.constant(Pull, 'pull')}({left})\n"
        )

    def cast(self, sort: str, value: str) -> str:
        if not sort:
            return value
        base, dtype = sort.split(":")
        if base == "float":
            return f"float({value})"
        if base == "scalar":
            return f"{self.constant(np.dtype(dtype).type, 't')}({value})"
        return f"{self.constant(cast_leaf, 'leaf')}({sort!r}, {value})"

    # --- values -----------------------------------------------------------------------------

    def value(self, spec: Any, name: str, path: Any) -> None:
        """Compare the variable ``name`` with a spec."""
        if isinstance(spec, Kind):
            self.number(spec, name, path)
        elif isinstance(spec, Whole):
            self.need(f"type({name}) is not {self.constant(spec.cls, 'cls')}")
        elif isinstance(spec, Contents):
            content = self.constant(spec.content, "content")
            self.need(f"type({name}) is not {type(spec.content).__name__}", f"{name} != {content}")
        elif isinstance(spec, Const):
            self.known(spec.value, name)
        else:
            self.structure(spec, name, path)

    def number(self, kind: Kind, name: str, path: Any) -> None:
        if kind.base == "array":
            self.array(kind, name, path)
        elif kind.base == "scalar":
            self.need(f"type({name}) is not {self.constant(np.dtype(kind.dtype).type, 't')}")
        elif kind.base in ("float", "int"):
            self.need(f"type({name}) is not {kind.base}")
        else:
            raise Unwritable

    def array(self, kind: Kind, name: str, path: Any) -> None:
        """Compare dtype and shape; captured arrays are open in shape."""
        if kind.shape is None:
            raise Unwritable
        dtype = self.constant(np.dtype(kind.dtype), "d")
        first = (f"type({name}) is not ndarray", f"{name}.dtype is not {dtype}")
        is_open = path is None or path[0] >= self.inputs
        if is_open or all(self.uses[dim] == 1 for dim in kind.shape):
            self.need(*first, f"{name}.ndim != {len(kind.shape)}")
        elif kind.shape in self.shapes:
            self.need(*first, f"{name}.shape != {self.shapes[kind.shape]}")
        else:
            self.need(*first)
            self.shape(kind.shape, self.let("shape", f"{name}.shape"))
        if kind.strides is not None:
            moving = [k for k, dim in enumerate(kind.shape) if dim != 1 and 0 not in kind.shape]
            self.need(*(f"{name}.strides[{k}] != {kind.strides[k]}" for k in moving))
        if path is not None:
            self.paths[path] = name

    def shape(self, dims: tuple[Any, ...], shape: str) -> None:
        """Compare a shape with symbols; each new symbol gets an expression."""
        conditions = [f"len({shape}) != {len(dims)}"]
        for axis, dim in enumerate(dims):
            here = f"{shape}[{axis}]"
            if isinstance(dim, int):
                conditions.append(f"{here} != {dim}")
            elif dim in self.sizes:
                conditions.append(f"{here} != {self.sizes[dim]}")
            else:
                self.sizes[dim] = here
        self.need(*conditions)
        self.shapes[dims] = shape

    def known(self, value: Any, name: str) -> None:
        """Compare with what steers the computation: by identity, strings by value."""
        if type(value) in (str, bytes):
            self.need(f"type({name}) is not {type(value).__name__}", f"{name} != {value!r}")
        elif value is None or isinstance(value, bool):
            self.need(f"{name} is not {value!r}")
        elif type(value) is int:  # it ends a recursion
            self.need(f"type({name}) is not int", f"{name} != {value!r}")
        else:  # what is equal, and another object, is compared on the careful path
            self.need(f"{name} is not {self.reference(value)}")

    def reference(self, value: Any) -> str:
        """An expression for an object, which keeps no function or class of the user's alive."""
        if isinstance(value, types.FunctionType | type):
            return f"{self.constant(weak(value), 'ref')}()"
        return self.constant(value)

    def structure(self, spec: Structure, name: str, path: Any) -> None:
        if is_labelled(spec.cls):
            raise Unwritable
        cls = self.constant(spec.cls, "cls")
        self.need(f"type({name}) is not {cls}")
        count = len(spec.keys)
        if issubclass(spec.cls, tuple | list):
            parts = [self.fresh("x") for _ in spec.keys]
            self.need(f"len({name}) != {count}")
            if parts:
                self.lines.append(f"{', '.join(parts)}{',' * (count == 1)} = {name}")
        else:
            parts = self.members(spec, name)
        for key, part, item in zip(spec.keys, parts, spec.items, strict=True):
            attribute = isinstance(key, str) and not issubclass(spec.cls, dict)
            inner = None if path is None else (*path, (attribute, key))
            self.value(item, part, inner)

    def members(self, spec: Structure, name: str) -> list[str]:
        """The items of a dict or object, whose keys are compared in their order."""
        if issubclass(spec.cls, dict):
            self.need(f"tuple({name}) != {self.constant(spec.keys, 'keys')}")
            return [self.let("x", f"{name}[{self.key(key)}]") for key in spec.keys]
        if state_of(spec.cls) is not None:
            if "_kind" in spec.keys:
                raise Unwritable  # which others there are depends on it
            return [self.let("x", attribute(name, key, self.key)) for key in spec.keys]
        if not hasattr(spec.cls, "__dict__") or "__dict__" not in dir(spec.cls):
            raise Unwritable  # slots, of which others may be set
        self.need(f"tuple({name}.__dict__) != {self.constant(spec.keys, 'keys')}")
        return [self.let("x", attribute(name, key, self.key)) for key in spec.keys]

    # --- what lies outside --------------------------------------------------------------------

    def read(self, place: Place) -> str:
        """Python source for what a place holds."""
        if place.holder is None:
            return expression(place, self.function, "f", self.key)
        held = place.held(self.function)
        if held is None:
            raise Unwritable
        if isinstance(held, types.FunctionType | type):
            if id(held) not in self.holders:
                self.holders[id(held)] = self.let("at", f"{self.constant(place.holder, 'ref')}()")
            return expression(place, self.function, self.holders[id(held)], self.key)
        return expression(place, self.function, self.constant(held, "at"), self.key)

    def guard(self, guard: Guard) -> None:
        value = guard.value()
        if guard.place.sort == "code" and guard.place.holder is None:
            return  # compared first of all
        where = self.read(guard.place)
        if guard.place.sort in ("unset", "empty", "has"):
            self.need(where if not value else f"not {where}")
        elif isinstance(value, Structure | Contents):
            self.value(value, self.let("v", where), None)
        elif type(value) in (str, bytes, int, float, complex):
            found = self.let("v", where)
            self.need(
                f"type({found}) is not {type(value).__name__}", f"{found} != {self.constant(value)}"
            )
        elif isinstance(value, types.FunctionType | type):
            self.need(f"{where} is not {self.constant(guard.value, 'ref')}()")
        else:
            self.need(f"{where} is not {self.constant(value)}")

    def captured(self, item: Captured, number: int) -> str:
        name = self.let("v", self.read(item.place))
        self.value(item.spec, name, (self.inputs + number,))
        return name

    def overlaps(self, entry: Entry) -> None:
        """An array that is written overlaps no other."""
        pairs: dict[frozenset[str], None] = {}
        for _, path in entry.facts.writes:
            written = self.paths[path]
            for other in self.paths.values():
                if other != written:
                    pairs[frozenset((written, other))] = None
        for pair in pairs:
            self.need(f"overlap({', '.join(sorted(pair))})")


def miss(function: Any, inputs: Any, cotangent: Any) -> Any:
    """The guard of an entry that only the careful path can compare."""
    return MISS
