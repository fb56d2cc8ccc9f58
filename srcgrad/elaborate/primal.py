"""What the front end hands on: a function in the IR, with its inputs, captures and guards."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from srcgrad.elaborate.calls import cells_of
from srcgrad.elaborate.elaborator import Elaborator
from srcgrad.errors import (
    AliasError,
    InputError,
    IntegersWanted,
    Refusal,
    ShortAxesWanted,
    Sides,
    SizesWanted,
    SrcgradError,
    Wanted,
)
from srcgrad.handlers import caches, derivatives
from srcgrad.ir import nodes as ir
from srcgrad.ir.cached import CacheUse
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Function
from srcgrad.rules.builder import Names
from srcgrad.source.read import Source, read
from srcgrad.values.frames import Frame
from srcgrad.values.sequences import is_records
from srcgrad.values.short_axes import announced
from srcgrad.values.signals import Refused, Restart, Side
from srcgrad.values.signature import LONG_TUPLE, Structure, form, numbers, param_kind
from srcgrad.values.state import Capture
from srcgrad.values.store import NUMBERS
from srcgrad.values.trees import bind, parts, refuse_output, tree_of, within


@dataclass
class Primal:
    """An elaborated function: its IR, and how its inputs map to names of it."""

    function: Function
    names: Names
    inputs: tuple[Any, ...]  # the inputs as trees of names and constants
    specs: tuple[Any, ...]
    captures: list[Capture]
    guards: list[Any]
    output: Any  # the output as a tree of operands
    form: Any = None  # the classes of the output: see ``form_of``
    contiguous: tuple[str, ...] = ()  # inputs whose adjoint is right for C-contiguous arrays only
    returned: tuple[Any, ...] = ()  # lists that are to be written back, and the real ones
    captured: tuple[Any, ...] = ()  # what is captured, as trees of names and constants
    outside: tuple[int, ...] = ()  # inputs that are changed as the function changes them
    given: bool = True  # whether the inputs are those by which the user asks for derivatives
    ask: bool = False  # whether the signature may be asked for the layouts of arrays
    ordered: bool = False  # whether views depend on layouts
    caches: tuple[CacheUse, ...] = ()  # of functions that it calls
    refused: SrcgradError | None = None  # what is raised if derivatives cannot pass what was opened
    retold: bool = False  # whether the function makes another error of what generated code raises
    closed: tuple[Refusal, ...] = ()  # of paths that raise it when they are taken
    sides: Sides = ()  # of branches of which one side is followed

    @property
    def layouts(self) -> dict[str, Kind]:
        """The inputs whose layout the signature holds."""
        found = [kind for spec in self.specs for kind in numbers(spec)]
        if all(kind.strides is None for kind in found):
            return {}
        named = zip(ir.names(self.inputs), found, strict=True)
        return {name: kind for name, kind in named if kind.strides is not None}


def elaborated(
    function: Any,
    specs: tuple[Any, ...],
    keywords: tuple[str, ...] = (),
    ask: bool = True,
    sizes: Mapping[str, int] = MappingProxyType({}),
    outside: tuple[int, ...] = (),
    parts: bool = False,
    compiled: bool = False,
    opened: Mapping[int, Any] = MappingProxyType({}),
    closing: bool = False,
    sides: Mapping[int, Side] = MappingProxyType({}),
) -> Primal:
    """From a callable and the specs of its inputs to IR; the last are those of ``keywords``.

    If ``ask``, raises ``Wanted`` where the specs must hold more, or should: short ones of the
    ``sizes`` that they name are asked for where they decide a shape. Integers from outside are read at
    each call, unless source cannot be generated so: then they are constants, and guarded. The inputs
    ``outside`` are changed as the function changes them. ``parts``: those of complex arrays are
    views, which are written. ``compiled``: variables have one type. ``opened``: functions of libraries
    that are followed though they are no user's, by the ids of what is called. ``closing``: a path that is
    refused raises that when it is taken. ``sides``: of these branches one side is followed.
    """
    kept: dict[Any, Any] = {}  # lists and recursions that generated code has too
    fixed = False
    refused: SrcgradError | None = None
    while True:
        names = Names()
        e = Elaborator(names)
        e.fixed, e.parts, e.compiled, e.opened = fixed, parts, compiled, opened
        e.closing, e.sides = closing, sides
        e.b.sizes = sizes
        e.grantable = grantable(specs) if ask else set()
        e.exact = SizesWanted not in grantable(specs)
        e.runtime_lists.update(kept)
        try:
            return _elaborate_call(e, function, specs, keywords, outside)
        except Restart as restart:
            kept[restart.site] = restart.template
        except IntegersWanted as wanted:
            if fixed:
                raise
            fixed, refused = True, wanted.instead
            kept.clear()
        except SrcgradError as error:
            raise refused or error from None


def followed(function: Any, values: tuple[Any, ...], names: Names) -> tuple[ir.Block, Any]:
    """A function of the user's called with these values: what it does, and the tree of its result.

    Raises what was refused; ``InputError`` for one that reads numbers or arrays from outside.
    """
    kept: dict[Any, Any] = {}
    source = read(function)
    while True:
        e = Elaborator(names)
        e.runtime_lists.update(kept)
        e.frame = Frame(source, source.function.__globals__, cells_of(source.function))
        e.node = source.node
        e.b.origin = source.origin(source.node)
        e.fence(source)
        output = None
        try:
            result = e.returned(e.call_python(source.function, list(values), {}))
            e.check_put_back()
            e.finish()
            output = _tree(e, result)
        except Refused:
            pass
        except Restart as restart:
            kept[restart.site] = restart.template
            continue
        if e.captures:
            e.refuse(
                f"`{source.name}` reads numbers or arrays from outside",
                "it is differentiated where nothing hands them on",
                "pass them as arguments",
                error=InputError,
            )
        e.finish()
        for old, hint in e.hints.items():
            names.kinds[f"{hint}{old}"] = names.kinds[old]
        return e.hinted_block((*e.entry, *e.b.take())), e.hinted(output)


def grantable(specs: tuple[Any, ...]) -> set[type[Wanted]]:
    """What these specs do not hold yet: values of integers, sizes of arrays."""
    found: set[type[Wanted]] = set()
    for kind in (kind for spec in specs for kind in numbers(spec)):
        if kind.base == "int":
            found.add(IntegersWanted)
        elif (
            kind.base == "array"
            and not all(isinstance(dim, int) for dim in kind.shape or ("unknown",))
            and kind.shape != ()
        ):
            found.add(SizesWanted)
    return found


def _elaborate_call(
    e: Elaborator,
    function: Any,
    specs: tuple[Any, ...],
    keywords: tuple[str, ...],
    outside: tuple[int, ...],
) -> Primal:
    names = e.b.names
    source = read(function)
    params = _params(source, len(specs) - len(keywords), keywords)
    if announced(source.node, e.b.sizes):
        raise ShortAxesWanted
    e.frame = Frame(source, source.function.__globals__, cells_of(source.function))
    e.node = source.node
    e.b.origin = source.origin(source.node)
    e.fence(source)
    operands = [
        e.b.names.fresh(name, param_kind(spec)) for name, spec in zip(params, specs, strict=False)
    ]
    values = []
    for k, (name, spec, operand) in enumerate(zip(params, specs, operands, strict=False)):
        bound = functools.partial(bind, e, spec, operand, name, (("input", k),), k in outside)
        values.append(e.at_entry(bound) if k in outside else bound())
    e.passed_in = NUMBERS.value
    output, form = _output(e, function, source, values, keywords)
    captures = e.captured()
    captured = tuple(
        e.taken_from(c.spec, (key,)) for c, key in zip(captures, e.captures, strict=True)
    )
    specs = tuple(
        e.as_read(spec, (("input", k),)) if k in outside else spec for k, spec in enumerate(specs)
    )
    inputs = tuple(e.taken_from(spec, (("input", k),)) for k, spec in enumerate(specs))
    e.end_hints()
    output, found = e.hinted(output), e.hinted(inputs)
    body = e.hinted_block((*e.entry, *e.b.take()))
    function_ir = Function(
        source.name,
        (*operands, *(c.param for c in captures)),
        body,
        output,
        names.kinds,
        source.origin(source.node),
    )
    return Primal(
        function_ir,
        names,
        found,
        specs,
        captures,
        list(e.guards.values()),
        output,
        form,
        contiguous_inputs(e, found),
        e.hinted(tuple(e.returned_lists)),
        e.hinted(captured),
        outside,
        retold=e.retold,
        closed=tuple(dict.fromkeys(e.closed)),
        sides=tuple((number, side.taken) for number, side in e.sides.items()),
        caches=caches.uses(e),
    )


def _output(
    e: Elaborator, function: Any, source: Source, values: list[Any], keywords: tuple[str, ...]
) -> tuple[Any, Any]:
    """The output as a tree of operands, and its form. Raises what was refused on the way."""
    output = form = None
    try:
        result = _result(e, function, source, values, keywords)
        e.check_put_back()
        e.finish()
        output, form = _tree(e, result), form_of(e, result)
    except Refused:
        pass
    except (Restart, Wanted):
        raise
    except Exception:
        e.finish()  # a defect behind a refused construct is of no interest
        raise
    e.finish()
    return output, form


def _params(source: Source, count: int, keywords: tuple[str, ...]) -> list[str]:
    """The names of the inputs: of ``count`` positional ones, and of those passed by name."""
    arguments = source.node.args
    params = [arg.id for arg in (*arguments.posonlyargs, *arguments.args)]
    if arguments.vararg is not None:
        params += [f"{arguments.vararg.id}{k}" for k in range(count - len(params))]
    if count > len(params):
        raise InputError(
            f"{source.name} takes {len(params)} inputs, {count} were passed\n"
            "  why: Python itself raises TypeError here\n  try: pass one entry for each parameter"
        )
    return [*params[:count], *keywords]


def _result(
    e: Elaborator, function: Any, source: Source, values: list[Any], keywords: tuple[str, ...]
) -> Any:
    """What the function returns for these values, the last of which are passed by name."""
    count = len(values) - len(keywords)
    named = dict(zip(keywords, values[count:], strict=True))
    plain = source.function
    e.guard_function(plain)
    if derivatives.derivative_handler(function) is not None:
        return e.call_constant(function, values[:count], named)
    if e.is_recursive(source.node):
        return e.call_python(plain, values[:count], named)
    for name, value in e.bind_call(source.node, plain, values[:count], named).items():
        e.store.set(e.frame.number, name, value)
    e.stack.append(source.node)
    e.levels.append(0)
    return e.returned(e.body(source.node))


def contiguous_inputs(e: Elaborator, inputs: tuple[Any, ...]) -> tuple[str, ...]:
    """The inputs that derivatives inside take to be contiguous; of nothing else it can be."""
    found = e.hinted(tuple(e.contiguous))
    if not set(found) <= set(ir.names(inputs)):
        e.refuse(
            "the inner function writes into a reshape of its input",
            "whether that is a view depends on the memory layout of what is passed",
            "copy the array in the inner function first",
            error=AliasError,
        )
        e.finish()
    return tuple(found)


def form_of(e: Elaborator, value: Any) -> Structure | None:
    """The classes of a value that holds named tuples or objects; None for any other."""
    if e.is_long_tuple(value):
        return LONG_TUPLE
    cls, keys, found = parts(e, value)
    if cls is None:
        return None
    return form(cls, keys, tuple(form_of(e, item) for item in found))


def _tree(e: Elaborator, value: Any) -> Any:
    """An output as a tree of operands."""
    refuse_output(e, value)
    if any(map(is_records, within(e, value))):
        e.want(SizesWanted, IntegersWanted)
        raise e.refuse(
            "the output is a list of tuples whose length is known only at run time",
            "it is kept as one list for each part of its items",
            "return one list for each part",
        )
    return tree_of(e, value)
