"""Derivatives inside of functions that are differentiated: ``grad(f)(x)`` in the user's code.

A call of a derivative becomes the IR of that derivative: the function is elaborated into a block
of its own, the block is differentiated, and what comes out takes the place of the call. Values of
the function around it are constants of the inner derivative and variables of the outer one.

What is a derivative is registered by those who make it: functions by ``register``, objects by an
attribute ``__srcgrad__`` that holds a ``Request``. The passes themselves are handed in by
``connect``, since they stand behind the front end in the pipeline.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcgrad import ir, kinds
from srcgrad.errors import CotangentError, InputError
from srcgrad.frontend.signature import Structure
from srcgrad.frontend.trees import abstract, kinds_in, map_tree, parts, rebuilt, tree_of
from srcgrad.frontend.values import ListV, PartialV, TupleV
from srcgrad.ir import Const, Function, Let, Operand
from srcgrad.kinds import Kind, same_shape

Handler = Callable[[Any, list[Any], dict[str, Any]], Any]


@dataclass(frozen=True)
class Request:
    """The derivative that an object stands for; ``argnums`` None means all floating inputs."""

    style: str  # "grad" or "value_and_grad"
    function: Any
    argnums: int | tuple[int, ...] | None = 0
    has_aux: bool = False


_HANDLERS: dict[Any, Handler] = {}
_ENGINE: dict[str, Any] = {}


def register(name: str, function: Any) -> Any:
    """Say that ``function`` is srcgrad's ``name``: "vjp", "value_and_vjp", "jvp", "grad", ..."""
    _HANDLERS[function] = _STYLES[name]
    return function


def connect(**passes: Any) -> None:
    """Hand in the passes: ``primal``, ``capture``, ``adjoint`` and ``tangent``."""
    _ENGINE.update(passes)


def find(function: Any) -> Handler | None:
    """The handler of a derivative; None for any other function."""
    request = request_of(function)
    if request is not None:
        return functools.partial(_call_request, request)
    try:
        return _HANDLERS.get(function)
    except TypeError:
        return None


def request_of(function: Any) -> Request | None:
    found = getattr(function, "__srcgrad__", None)
    return found if isinstance(found, Request) else None


def innermost(function: Any) -> Any:
    """The user's function behind derivatives of derivatives."""
    request = request_of(function)
    return function if request is None else innermost(request.function)


# --- the calls ------------------------------------------------------------------------------


def _call_request(request: Request, e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return _gradient(e, request, Const(request.function), args, keywords)


def _gradient(
    e: Any, request: Request, function: Any, args: list[Any], keywords: dict[str, Any]
) -> Any:
    argnums = request.argnums
    single = isinstance(argnums, int)
    chosen = _chosen(e, argnums, len(args))
    value = request.style == "value_and_grad"
    if keywords:
        function = PartialV(function, (), tuple(keywords.items()))
    for k in chosen or ():
        if not any(kind.floating for kind in kinds_in(e, args[k])):
            raise e.refuse(
                f"the gradient by input {k} is asked for, which is no float",
                "only floating numbers have a derivative",
                "pass a float",
                error=InputError,
            )
    inner = Inner(e, function, args, chosen)
    if request.has_aux and not (isinstance(inner.result, TupleV) and len(inner.result.items) == 2):
        raise e.refuse(
            "the inner function does not return a pair",
            "with has_aux=True a function returns (value, aux)",
            "return a tuple of two",
            error=InputError,
        )
    result, gradients = inner.vjp(None, value or request.has_aux, request.has_aux)
    found = gradients.items[0] if single else gradients
    if value:
        return TupleV((result, found))
    return TupleV((found, result.items[1])) if request.has_aux else found


def _chosen(e: Any, argnums: Any, count: int) -> tuple[int, ...] | None:
    """The positions of the inputs to differentiate by; negative ones count from the end."""
    if argnums is None:
        return None
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for k in chosen:
        if not -count <= k < count:
            raise e.refuse(
                f"argnums names input {k}, but {count} were passed",
                "there is no such input",
                "change argnums",
                error=InputError,
            )
    return tuple(k % count for k in chosen)


def _grad(style: str, e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``grad(f)`` in the user's code: the function that it gives."""
    options = {"argnums": Const(0), "has_aux": Const(False), "jit": Const(False), **keywords}
    function, *rest = [*args, *([options.pop("f")] if "f" in options else [])]
    if rest:
        options["argnums"] = rest[0]
    argnums, aux = (e.steering(options[name], name) for name in ("argnums", "has_aux"))
    request = Request(style, None, argnums, bool(aux))
    return PartialV(Const(_deferred), (Const(request), function), ())


def _deferred(*args: Any) -> None:
    """Stands for a derivative whose function is known to the elaborator alone."""


def _call_deferred(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    request, function, *rest = args
    return _gradient(e, request.value, function, rest, keywords)


def _vjp(value: bool, e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = _bind(e, ("f", "inputs", "cotangent", "argnums", "jit"), args, keywords)
    inputs = list(e.items_of(given["inputs"]))
    chosen = _chosen(e, e.steering(given["argnums"], "argnums"), len(inputs))
    inner = Inner(e, given["f"], inputs, chosen)
    result, gradients = inner.vjp(given["cotangent"], value)
    return TupleV((result, gradients)) if value else gradients


def _jvp(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = _bind(e, ("f", "inputs", "tangents"), args, keywords)
    inner = Inner(e, given["f"], list(e.items_of(given["inputs"])), None)
    return inner.jvp(list(e.items_of(given["tangents"])))


def _pullback(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The value, and a function that is the whole adjoint; what they share is computed once."""
    function, *inputs = args
    pull = PartialV(
        Const(_pull), (function, TupleV(tuple(inputs)), keywords.get("argnums", Const(None))), ()
    )
    return TupleV((e.call(function, list(inputs), {}), pull))


def _pull(*args: Any) -> None:
    """Stands for the second part of a pullback."""


def _call_pull(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, inputs, argnums, *rest = args
    return _vjp(False, e, [function, inputs, *rest], {**keywords, "argnums": argnums})


_STYLES: dict[str, Handler] = {
    "vjp": functools.partial(_vjp, False),
    "value_and_vjp": functools.partial(_vjp, True),
    "grad": functools.partial(_grad, "grad"),
    "value_and_grad": functools.partial(_grad, "value_and_grad"),
    "pullback": _pullback,
    "jvp": _jvp,
}
_HANDLERS[_deferred] = _call_deferred
_HANDLERS[_pull] = _call_pull


def _bind(e: Any, names: tuple[str, ...], args: list[Any], keywords: dict[str, Any]) -> Any:
    bound: dict[str, Any] = {"cotangent": Const(None), "argnums": Const(None)}
    bound.update(zip(names, args, strict=False))
    bound.update(keywords)
    unknown = [name for name in bound if name not in (*names, "cotangent", "argnums")]
    missing = [name for name in names if name not in (*bound, "jit")]
    if unknown or missing or len(args) > len(names):
        raise e.refuse(
            f"this call takes {', '.join(names)}",
            "Python itself raises TypeError here",
            "mend the call",
        )
    return bound


# --- one derivative -------------------------------------------------------------------------


class Inner:
    """A function elaborated by itself at these arguments, to be differentiated by ``argnums``."""

    def __init__(
        self, e: Any, function: Any, args: list[Any], argnums: tuple[int, ...] | None
    ) -> None:
        self.e = e
        self.args = args
        self.argnums = tuple(range(len(args))) if argnums is None else tuple(argnums)
        self.table: dict[str, Any] = {}  # parameter -> the operand that is passed for it
        values, specs, inputs = [], [], []
        for k, arg in enumerate(args):
            wanted = k in self.argnums
            value, spec, tree = self.parameter(arg) if wanted else (arg, Const(None), Const(None))
            values.append(value)
            specs.append(spec)
            inputs.append(tree)
        before = e.store.snapshot()
        with e.b.nested() as inner:
            self.result = e.returned(e.call(function, values, {}))
            output = tree_of(e, self.result)
        self.primal = self.function(inner.block, tuple(inputs), tuple(specs), output)
        self.assume(e.contiguous)
        e.store.content.update(before)  # a derivative changes nothing

    # --- the primal -------------------------------------------------------------------------

    def parameter(self, value: Any) -> tuple[Any, Any, Any]:
        """An argument with its floating leaves as parameters: the value, its spec, its tree."""
        e = self.e
        if isinstance(value, str | Const):
            kind = e.b.kind(value)
            if not kind.floating:
                return value, Const(None), value
            base = ir.base(value) if isinstance(value, str) else ""
            name = e.b.names.fresh(base or "x", kind)
            self.table[name] = value
            return name, kind, name
        cls, keys, items = parts(e, value)
        if cls is None:
            return value, Const(None), Const(None)
        found = [self.parameter(item) for item in items]
        values = [item[0] for item in found]
        trees = [item[2] for item in found]
        spec = Structure(cls, keys, tuple(item[1] for item in found))
        tree: Any = dict(zip(keys, trees, strict=True))
        if isinstance(value, TupleV | ListV):
            tree = tuple(trees) if isinstance(value, TupleV) else trees
        return rebuilt(e, value, keys, values), spec, tree

    def function(self, block: Any, inputs: Any, specs: Any, output: Any) -> Any:
        """The block as a function; what it reads from outside are parameters, too."""
        e, names = self.e, self.e.b.names
        for old, hint in e.hints.items():
            names.kinds[f"{hint}{old}"] = names.kinds[old]
        block = e.hinted_block(block)
        output = e.hinted(output)
        inside = {name for s in ir.walk(block) for name in (*ir.defined(s), *ir.local(s))} | set(
            self.table
        )
        read = [*ir.all_uses(block), *ir.names(output)]
        free = [name for name in dict.fromkeys(read) if name not in inside]
        function = Function(
            e.frame.source.name, (*self.table, *free), block, output, names.kinds, e.b.origin
        )
        captures = [_ENGINE["capture"](name, names.kinds[name], None) for name in free]
        return _ENGINE["primal"](function, names, inputs, specs, captures, [], output)

    def assume(self, names: Iterable[str]) -> None:
        """The operands that are passed for these parameters must be C-contiguous."""
        found = {self.table.get(name, name) for name in names}
        self.e.contiguous = [name for name in self.e.contiguous if name not in self.table]
        self.e.contiguous += sorted(name for name in found if name not in self.e.contiguous)

    def replace_output(self, output: Any) -> None:
        function = replace(self.primal.function, result=output)
        self.primal = replace(self.primal, function=function, output=output)

    # --- its derivatives --------------------------------------------------------------------

    def vjp(self, cotangent: Any, value: bool, aux: bool = False) -> tuple[Any, Any]:
        """The value, if it is asked for, and the gradients; with ``aux``, of the first output."""
        e = self.e
        output = self.primal.output[0] if aux else self.primal.output
        leaves = list(ir.leaves(output))
        if cotangent is None or cotangent == Const(None):
            seeds = [self.default_seed(leaves)]
        else:
            seeds = list(self.cotangents(output, cotangent))  # type: ignore[arg-type]
        if not value:  # what has no cotangent is not differentiated
            numbers = iter(seeds)
            self.replace_output(
                map_tree(lambda leaf: leaf if next(numbers) is not None else Const(None), output)
            )
        checked = all(
            seed is None or same_shape(e.b.kind(seed), e.b.kind(leaf)) or e.b.kind(leaf).immutable
            for leaf, seed in zip(leaves, seeds, strict=True)
        )
        adjoint = _ENGINE["adjoint"](
            self.primal, self.argnums, value, check_shapes=not checked, aux=aux
        )
        self.assume(adjoint.primal.contiguous)
        table = {name: self.given(seeds[k], leaves[k]) for k, name in adjoint.seeds.items()}
        result = self.place(adjoint.function, table)
        wanted = TupleV(tuple(self.args[k] for k in self.argnums))
        if value:
            return abstract(e, result[0], self.result), abstract(e, result[1], wanted)
        return None, abstract(e, result, wanted)

    def jvp(self, tangents: list[Any]) -> Any:
        e = self.e
        moved = _ENGINE["tangent"](self.primal, self.argnums)
        self.assume(moved.primal.contiguous)
        dots = dict(zip(moved.wrt, moved.function.params[-len(moved.wrt) :], strict=True))
        table: dict[str, Any] = {}
        for tree, tangent in zip(self.primal.inputs, tangents, strict=True):
            for leaf, dot in zip(ir.leaves(tree), self.cotangents(tree, tangent), strict=True):
                if leaf in dots:
                    operand = self.table[leaf]
                    table[dots[leaf]] = self.zeros(operand) if dot is None else dot
        value, tangent = self.place(moved.function, table)
        return TupleV((abstract(e, value, self.result), abstract(e, tangent)))

    def place(self, function: Function, table: dict[str, Any]) -> Any:
        """Put the statements of a derivative where the call stands; its result."""
        table = {**self.table, **table}
        for statement in function.body:
            if not (isinstance(statement, Let) and statement.op == "mark"):
                self.e.b.add(ir.map_operands(statement, table))
        return ir.rename(function.result, table)

    def default_seed(self, leaves: list[Operand]) -> Operand:
        kind = self.e.b.kind(leaves[0]) if len(leaves) == 1 else None
        if kind is None or not kind.floating or any(size != 1 for size in kind.shape or ()):
            what = "several" if kind is None else kinds.describe(kind)
            raise self.e.refuse(
                f"the output of the inner function is {what}, not one number",
                "its gradient needs a cotangent",
                "use srcgrad.vjp with a cotangent, or return a sum",
                error=CotangentError,
            )
        if kind.shape:
            return self.e.b.emit("np.ones", Const(kind.shape), Const(np.dtype(kind.dtype)))
        return Const(np.dtype(kind.dtype).type(1))  # so that 1 / 0 is inf

    def cotangents(self, tree: Any, given: Any) -> Iterator[Operand | None]:
        """The cotangent (or tangent) of each leaf of ``tree``; None for zero."""
        e = self.e
        if isinstance(tree, tuple | list | dict):
            keys = list(tree) if isinstance(tree, dict) else range(len(tree))
            given_parts = (
                [None] * len(keys)
                if given is None or given == Const(None)
                else (self.items(given, keys))
            )
            for key, part in zip(keys, given_parts, strict=True):
                yield from self.cotangents(tree[key], part)
        elif given is not None and given != Const(None) and e.b.kind(tree).base == "list":
            yield self.list_given(given, e.b.kind(tree))
        elif given is None or given == Const(None) or not e.b.kind(tree).floating:
            yield None
        else:
            yield self.cast(e.as_operand(given), e.b.kind(tree))

    def list_given(self, given: Any, want: Kind) -> Operand:
        """The cotangent of a list of unknown length, as a list."""
        if self.e.is_list(given):
            return given
        item = want.items[0] if want.items else kinds.FLOAT
        parts = [
            self.list_given(part, item)
            if item.base == "list"
            else self.cast(self.e.as_operand(part), item)
            for part in self.e.items_of(given)
        ]
        return self.e.b.emit("list_of", tuple(parts))

    def items(self, given: Any, keys: Any) -> list[Any]:
        _, names, items = parts(self.e, given)
        found = dict(zip(names, items, strict=True))
        if set(found) != set(keys):
            raise self.e.refuse(
                f"a structure of {len(found)} items is passed for one of {len(list(keys))}",
                "a cotangent has the structure of the output",
                "pass one item for each output",
                error=CotangentError,
            )
        return [found[key] for key in keys]

    def cast(self, operand: Operand, want: Kind) -> Operand:
        """An operand in the dtype of ``want``; Python's numbers become NumPy's: 1 / 0 is inf."""
        have = self.e.b.kind(operand)
        dtype = np.dtype(want.dtype)
        if have.dtype == want.dtype and have.base not in kinds.PYTHON_SCALARS:
            return operand
        if isinstance(operand, Const) and have.immutable:
            return Const(dtype.type(operand.value))
        return self.e.b.emit("astype", operand, Const(dtype))

    def given(self, seed: Operand | None, leaf: Operand) -> Operand:
        if seed is None and not self.e.b.kind(leaf).immutable:
            raise self.e.refuse(
                "an output has no cotangent",
                "its shape is not known here",
                "pass zeros",
                error=CotangentError,
            )
        return Const(0.0) if seed is None else seed

    def zeros(self, operand: Operand) -> Operand:
        if self.e.b.kind(operand).immutable:
            return Const(0.0)
        return self.e.b.emit("np.zeros_like", operand)
