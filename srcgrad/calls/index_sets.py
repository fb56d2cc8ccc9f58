"""Sparsity: which inputs each number depends on, by running the primal with sets beside its values.

The statements of the primal are followed as they run; beside each number stands the set of the
inputs that it may depend on. Sets have numbers, 0 for the empty one. Those of an array stand in the
order of its memory (``Memory``), so that views and stores need no care. What an operation does to
them follows from its record: by element, a union; of what it only moves, the same; of differences,
one of neighbours; along an axis, one of each line; else one of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad.analysis.alias_classes import is_store
from srcgrad.calls.set_numbers import Memory, Sets, Unfollowed
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let
from srcgrad.rules.operation import OPS, Op

Array = np.ndarray[Any, Any]
LARGEST = 1 << 24  # numbers of elements that float32 still tells apart
BAND = 8  # what a line's neighbours are told apart by: operands of one number are within so many


class Number:
    """A value that is no array, with its set; ``steady``: it is the same for other inputs."""

    __slots__ = ("set", "steady", "value")

    def __init__(self, value: Any, number: int = 0, steady: bool = True) -> None:
        self.value, self.set, self.steady = value, number, steady


class IndexSets:
    """One run of a primal. ``by_values``: on another path there may be other sets."""

    def __init__(self, function: Function, values: tuple[Any, ...], active: str) -> None:
        self.sets, self.memory = Sets(), Memory()
        self.by_values = False
        self.env: dict[str, Number] = {}
        for name, value in zip(function.params, values, strict=False):
            own = np.array(value) if isinstance(value, np.ndarray) else value
            self.env[name] = Number(own, steady=not isinstance(value, np.ndarray | np.generic))
            if isinstance(value, int | float | complex):
                self.env[name].steady = False
            if name == active:
                numbers, _ = self.memory.of(own)
                singles = [self.sets.number(frozenset((k,))) for k in range(own.size)]
                numbers[...] = np.reshape(singles, own.shape)
        with np.errstate(all="ignore"):
            self.block(function.body)
        self.result = self.read(function.result)

    def rows(self, part: int | None = None) -> list[frozenset[int]]:
        """The inputs that each number of the output, or of one part of it, may depend on."""
        found = self.result if part is None else self.result[part]
        if not isinstance(found, Number):
            raise Unfollowed
        return [self.sets.items[k] for k in np.ravel(self.numbers(found)).tolist()]

    # --- values -----------------------------------------------------------------------------

    def read(self, arg: Any) -> Any:
        if isinstance(arg, str):
            return self.env[arg]
        if isinstance(arg, Const):
            return Number(arg.value)
        if isinstance(arg, tuple):
            return tuple(map(self.read, arg))
        raise Unfollowed

    def there(self, operand: Any) -> Number | None:
        """What control flow carries; None for a variable that has no value on this path."""
        if isinstance(operand, str):
            return self.env.get(operand)
        return None if operand is None else Number(operand.value)

    def raw(self, arg: Any) -> Any:
        return tuple(map(self.raw, arg)) if isinstance(arg, tuple) else arg.value

    def numbers(self, held: Number) -> Array:
        if isinstance(held.value, np.ndarray):
            return self.memory.of(held.value)[0]
        return np.asarray(held.set)

    def parts(self, arg: Any) -> Iterator[Number]:
        if isinstance(arg, tuple):
            for item in arg:
                yield from self.parts(item)
        else:
            yield arg

    def active(self, held: Number) -> bool:
        sort = getattr(np.asarray(held.value).dtype, "kind", "O") if is_number(held.value) else "O"
        return sort in "fc" and bool(np.any(self.numbers(held)))

    # --- control flow -----------------------------------------------------------------------

    def block(self, block: Block) -> None:
        for statement in block:
            if isinstance(statement, Let):
                self.let(statement)
            elif isinstance(statement, If):
                taken = self.decided(statement.cond)
                self.block(statement.then if taken else statement.orelse)
                for merge in statement.merges:
                    held = self.there(merge.then if taken else merge.orelse)
                    if held is not None:
                        self.env[merge.out] = held
            elif isinstance(statement, For):
                bounds = [
                    self.decided(x) for x in (statement.start, statement.stop, statement.step)
                ]
                self.loop(statement, iter(range(*bounds)))
            else:
                self.loop(statement, None)

    def decided(self, operand: Any) -> Any:
        """A value that decides what runs."""
        held = self.read(operand)
        self.by_values |= not held.steady
        return held.value

    def loop(self, loop: Any, counts: Iterator[int] | None) -> None:
        now = [self.there(carry.init) for carry in loop.carries]
        while True:
            for carry, held in zip(loop.carries, now, strict=True):
                if held is not None:
                    self.env[carry.phi] = held
            if counts is None:
                self.block(loop.head)
                if not self.decided(loop.cond):
                    break
            else:
                count = next(counts, None)
                if count is None:
                    break
                self.env[loop.var] = Number(count)
            self.block(loop.body)
            now = [self.there(carry.next) for carry in loop.carries]
        for carry, held in zip(loop.carries, now, strict=True):
            if held is not None:
                self.env[carry.out] = held

    # --- operations -------------------------------------------------------------------------

    def let(self, statement: Let) -> None:
        op = OPS[statement.op]
        if statement.op == "mark" or op.asserts:
            return
        args = [self.read(arg) for arg in statement.args]
        if statement.op in HELD:
            found = HELD[statement.op](self, *args)
        elif is_store(statement):
            self.store(statement.op, op, args)
            return
        elif (
            op.effect
            or op.foreign
            or (type(op.function).__name__ == "function" and (op.function.__name__ == "<lambda>"))
        ):
            raise Unfollowed
        else:
            found = self.result_of(op, args)
        if statement.target is not None:
            self.env[statement.target] = found

    def result_of(self, op: Op, args: list[Any]) -> Number:
        looked = {k for k, param in enumerate(op.params) if param.name in op.shape_only}
        value = op.apply([self.raw(arg) for arg in args])
        if any(
            isinstance(x, list | dict) for x in (value, *(p.value for p in self.parts(tuple(args))))
        ):
            raise Unfollowed
        read = [part for k, arg in enumerate(args) if k not in looked for part in self.parts(arg)]
        steady = all(part.steady for part in read)
        found = Number(value, steady=steady)
        active = [part for part in read if self.active(part)]
        if not op.elementwise and any(steers(part) for part in read):
            self.by_values = True
        if not active or op.flat or not is_number(value):
            return found
        if isinstance(value, np.ndarray):
            numbers, known = self.memory.of(value)
            if not known:  # else it is a view
                numbers[...] = self.of_result(op, args, active, value)
        else:
            found.set = int(self.of_result(op, args, active, value))
        return found

    def of_result(self, op: Op, args: list[Any], active: list[Number], value: Any) -> Any:
        if op.elementwise:
            total = np.zeros(np.shape(value), np.int64)
            for part in active:
                total = self.sets.unions(total, self.numbers(part))
            return total
        moved = self.moved(op, args, active, value)
        if moved is None:
            moved = self.banded(op, args, active, value)
        if moved is None:
            moved = self.along(op, args, active, value)
        if moved is None:
            moved = self.sets.union(np.concatenate([self.numbers(x).ravel() for x in active]))
        return moved

    def moved(self, op: Op, args: list[Any], active: list[Number], value: Any) -> Any:
        """The sets of what an operation only moves: it does the same to any labels."""
        linear = op.rule is not None and op.rule.style == "linear"
        if not (linear or op.key == "getitem"):
            return None
        numbers = np.concatenate([[0], *(self.numbers(part).ravel() for part in active)])
        if len(numbers) >= LARGEST:
            return None
        labels = np.random.default_rng(0).permutation(len(numbers) - 1) + 1.0
        labels = np.concatenate([[0.0], labels])
        places = op.apply(
            [self.labelled(arg, active, np.arange(len(numbers) + 0.0)) for arg in args]
        )
        check = op.apply([self.labelled(arg, active, labels) for arg in args])
        places = np.asarray(places)
        if places.shape != np.shape(value) or not np.all(places == np.rint(places)):
            return None
        places = places.astype(np.int64)
        if np.any(places < 0) or np.any(places >= len(numbers)):
            return None
        return numbers[places] if np.array_equal(labels[places], check) else None

    def labelled(self, arg: Any, active: list[Number], labels: Array) -> Any:
        """An argument in which active numbers are labels, and other floating ones 0."""
        if isinstance(arg, tuple):
            return tuple(self.labelled(item, active, labels) for item in arg)
        start = 1
        for part in active:
            if part is arg:
                found = labels[start : start + np.size(arg.value)].reshape(np.shape(arg.value))
                return found if isinstance(arg.value, np.ndarray) else found[()]
            start += np.size(part.value)
        if isinstance(arg.value, np.ndarray) and arg.value.dtype.kind in "fc":
            return np.zeros_like(arg.value)
        return arg.value

    def banded(self, op: Op, args: list[Any], active: list[Number], value: Any) -> Any:
        """The sets of what combines neighbours on a line with fixed weights, as differences do.

        Each eighth element of the line is tried at a time. If a number depends on one of them, labels
        divided by ones say on which, and other labels must agree.
        """
        names = [param.name for param in op.params]
        linear = op.rule is not None and op.rule.style == "linear" and "axis" in names
        others = self.parts(tuple(args[1:]))
        if not linear or active != args[:1] or any(is_number(part.value) for part in others):
            return None
        x, axis = args[0].value, self.raw(args[names.index("axis")])
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or not isinstance(axis, int):
            return None
        numbers, size = self.numbers(args[0]).ravel(), x.size
        step = np.indices(x.shape)[axis] % BAND
        shuffled = np.random.default_rng(0).permutation(size) + 1.0
        weights = np.ones(size), np.arange(size) + 1.0, shuffled
        total = np.zeros(np.shape(value), np.int64)
        for k in range(BAND):
            tried = [np.where(step == k, np.reshape(w, x.shape), 0.0) for w in weights]
            ones, first, second = (op.apply([w, *map(self.raw, args[1:])]) for w in tried)
            if np.shape(ones) != total.shape:
                return None
            there = ones != 0.0
            places = np.rint(first / np.where(there, ones, 1.0) - 1.0)
            places = np.where(there, np.clip(places, 0, size - 1), 0).astype(np.int64)
            for w, found in ((weights[1], first), (shuffled, second)):
                if not np.allclose(ones * w[places], found, rtol=1e-9, atol=0.0):
                    return None
            total = self.sets.unions(total, np.where(there, numbers[places], 0))
        return total

    def along(self, op: Op, args: list[Any], active: list[Number], value: Any) -> Any:
        """The sets of what works along axes: of each line of the operand, one."""
        names = [param.name for param in op.params]
        if len(active) != 1 or active[0] is not args[0] or "axis" not in names:
            return None
        x, axis = active[0].value, self.raw(args[names.index("axis")])
        if axis is None or not isinstance(x, np.ndarray):
            return None
        axes = {k % x.ndim for k in (axis if isinstance(axis, tuple) else (axis,))}
        kept = tuple(1 if k in axes else n for k, n in enumerate(x.shape))
        lines = np.moveaxis(self.numbers(active[0]), sorted(axes), range(-len(axes), 0))
        lines = lines.reshape(int(np.prod(kept)), -1)
        found = np.array([self.sets.union(line) for line in lines], np.int64)
        shape = np.shape(value)
        if shape == tuple(n for k, n in enumerate(x.shape) if k not in axes):
            return found.reshape(shape)
        same = len(shape) == x.ndim and all(
            shape[k] == n for k, n in enumerate(x.shape) if k not in axes
        )
        return np.broadcast_to(found.reshape(kept), shape) if same else None

    def store(self, key: str, op: Op, args: list[Any]) -> None:
        x, index, value = args
        if not isinstance(x.value, np.ndarray):
            raise Unfollowed
        place = self.raw(index)
        if any(steers(part) for part in self.parts(index)):
            self.by_values = True
        numbers, _ = self.memory.of(x.value)
        given = np.broadcast_to(self.numbers(value), np.shape(numbers[place]))
        if key == "setitem":
            given = given.copy()
            op.function(x.value, place, value.value)
            numbers[place] = given
            return
        places = np.arange(numbers.size).reshape(numbers.shape)[place]
        op.function(x.value, place, value.value)
        if np.size(np.unique(places)) == np.size(places):
            numbers[place] = self.sets.unions(numbers[place], given)
            return
        cells = numbers.flat  # an element may be named twice
        for cell, number in zip(np.ravel(places).tolist(), np.ravel(given).tolist(), strict=True):
            cells[cell] = self.sets.pair(*sorted((int(cells[cell]), number)))


def is_number(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | float | complex) and (
        np.asarray(value).dtype.kind in "fc"
    )


def steers(part: Number) -> bool:
    """Whether a value that may be another for other inputs says what is read or written."""
    return not part.steady and not is_number(part.value)


def _pop(run: IndexSets, tape: Number) -> Any:
    return tape.value.pop()


def _either(run: IndexSets, condition: Number, a: Number, b: Number) -> Any:
    run.by_values |= not condition.steady
    return a if condition.value else b


HELD: dict[str, Any] = {
    "same": lambda run, x: x,
    "slice": lambda run, *parts: Number(
        slice(*(part.value for part in parts)), steady=all(part.steady for part in parts)
    ),
    "tape": lambda run: Number([]),
    "push": lambda run, tape, x: tape.value.append(x),
    "pop": _pop,
    "either": _either,
    "bool_and": lambda run, a, b: Number(a.value and b.value, steady=a.steady and b.steady),
    "bool_or": lambda run, a, b: Number(a.value or b.value, steady=a.steady and b.steady),
}


def of_function(
    function: Any, request: Any, specs: tuple[Any, ...], number: int, values: tuple[Any, ...]
) -> IndexSets:
    """The run of a function at these inputs and what it captures, by input ``number``.

    Raises ``Unfollowed``.
    """
    from srcgrad.dispatch.generate import LOCK, primal_of

    with LOCK:
        primal = primal_of(function, request, specs, False)
    return IndexSets(primal.function, values, primal.function.params[number])
