"""A function as other tools call it: its value, and its derivatives as functions that have derivatives.

The tangent is a function of inputs and tangents, the gradients are one of inputs and cotangent. Each is
such a function again, which is how other tools come to second derivatives.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcgrad import api
from srcgrad.api import jvp, vjp
from srcgrad.calls.arguments import bound
from srcgrad.calls.running import moved, pulled
from srcgrad.dispatch import Options, asked, no_source
from srcgrad.dispatch.result_classes import formed
from srcgrad.dispatch.wrapper import Wrapper
from srcgrad.errors import InputError
from srcgrad.ir.trees import map_tree

Run = Callable[..., Any]


class Joined:
    """A function of positional inputs, and what is asked of it; ``run`` gives its value."""

    def __init__(self, function: Any, options: Options, run: Run | None = None) -> None:
        if not callable(function):
            raise no_source(function)
        self.function = function
        self.options = options
        self._run = run
        self._base: tuple[Joined, tuple[int, ...] | None] | None = None
        self._pushed: Joined | None = None
        self._pulled: dict[tuple[int, ...], Joined] = {}

    def value(self, *inputs: Any) -> Any:
        """The value, in memory that nothing else uses; the inputs stay as they are."""
        return (
            run_apart(self.function, inputs, self.options)
            if self._run is None
            else self._run(*inputs)
        )

    def tangent(self, inputs: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
        """The derivative in a direction; None stands for zeros."""
        return moved(self.options, self.function, inputs, tangents)[1]

    def gradients(
        self, inputs: tuple[Any, ...], cotangent: Any, argnums: tuple[int, ...]
    ) -> tuple[Any, ...]:
        """The gradients by the inputs that ``argnums`` names."""
        options = self.options
        return vjp(
            self.function,
            inputs,
            cotangent,
            argnums=argnums,
            jit=options.jit,
            boundscheck=options.boundscheck,
            parallel=options.parallel,
        )

    def pullback(self, inputs: tuple[Any, ...], argnums: tuple[int, ...]) -> Any:
        """``(value, pull)``, as ``srcgrad.pullback`` gives them."""
        return pulled(self.options, self.function, inputs, argnums)

    @property
    def pushed(self) -> Joined:
        """The tangent, as a function of ``(inputs, tangents)``."""
        if self._pushed is None:
            f = self.function

            def tangent(inputs: Any, tangents: Any) -> Any:
                return jvp(f, inputs, tangents)[1]

            self._pushed = Joined(tangent, self.options, self.tangent)
            self._pushed._base = self, None
        return self._pushed

    def pulled(self, argnums: tuple[int, ...]) -> Joined:
        """The gradients by some inputs, as a function of ``(inputs, cotangent)``."""
        if argnums not in self._pulled:
            f = self.function

            def gradients(inputs: Any, cotangent: Any) -> Any:
                return vjp(f, inputs, cotangent, argnums=argnums)

            def run(inputs: Any, cotangent: Any) -> Any:
                return self.gradients(inputs, cotangent, argnums)

            self._pulled[argnums] = Joined(gradients, self.options, run)
            self._pulled[argnums]._base = self, argnums
        return self._pulled[argnums]

    def output(self, inputs: tuple[Any, ...], leaf: Callable[[tuple[Any, ...], Any], Any]) -> Any:
        """The structure of the value for inputs like these, without a run of the function.

        ``leaf`` makes something of the shape and the dtype of each number and array, with None for a size
        that is known only once the function has run. Raises ``InputError`` where a rank is not known.
        """
        entry, _, everything = entry_of(self.function, inputs, self.options)
        sizes = entry.expected.sizes_of(everything)

        def described(part: Any) -> Any:
            kind = part.kind
            if kind.base == "none":
                return None
            if not kind.numeric or (kind.shape is None and not kind.immutable):
                raise unknown_shape(self.function)
            shape = [dim if isinstance(dim, int) else sizes.get(dim) for dim in kind.shape or ()]
            return leaf(tuple(shape), np.dtype(kind.dtype))

        return formed(entry.facts.form, map_tree(described, entry.expected.tree))

    def __reduce__(self) -> Any:
        if self._base is None:
            return joined_by, (Outside(self.function, self.options),)  # which carries its source
        base, argnums = self._base
        return derived, (base, argnums)


def derived(base: Joined, argnums: tuple[int, ...] | None) -> Joined:
    """The gradients by some inputs, or the tangent."""
    return base.pushed if argnums is None else base.pulled(argnums)


class Outside(Wrapper):
    """A function that another tool calls with its own kind of arrays."""

    def __init__(self, primal: Any, options: Options) -> None:
        super().__init__(primal)
        self._joined = Joined(primal, options)

    def __srcgrad_arguments__(self) -> tuple[Any, ...]:
        return self._joined.function, self._joined.options

    def __repr__(self) -> str:
        kind, function = type(self).__name__, self._joined.function
        return f"<{kind} of {getattr(function, '__qualname__', None) or repr(function)}>"

    def placed(
        self, inputs: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[Joined, tuple[Any, ...]]:
        """The function of positional inputs that a call with keywords is one of, and these."""
        joined = self._joined
        if keywords:
            f, inputs = bound(joined.function, inputs, keywords)
            if f is not joined.function:  # keyword-only parameters stand still
                joined = Joined(f, joined.options)
        return joined, inputs


def joined_by(outside: Outside) -> Joined:
    return outside._joined


def entry_of(f: Any, inputs: tuple[Any, ...], options: Options) -> Any:
    """The entry that serves pullbacks, the plain function, and all its inputs."""
    derivative, function, everything = api.derivative_of(
        f, inputs, asked("pullback", None, options)
    )
    return derivative.entry(function, everything), function, everything


def run_apart(f: Any, inputs: tuple[Any, ...], options: Options) -> Any:
    """The value of a function that is kept from writing into the inputs, and from handing them out."""
    entry, function, everything = entry_of(f, inputs, options)
    if entry.facts.writes:
        inputs = copy.deepcopy(inputs)
    if options.jit is True:
        request = asked("value", None, options)
        return api.call(f, inputs, None, request, (id(f), request))
    if not entry.facts.writes:  # what is not known to write shall raise where it does
        inputs = mapped(read_only, inputs)
    return apart(f(*inputs), [*arrays_in(inputs), *arrays_in(entry.captured(function))])


def apart(value: Any, others: list[Any]) -> Any:
    """A value whose arrays share memory neither with other arrays nor with each other."""
    taken = list(others)

    def own(part: Any) -> Any:
        if isinstance(part, np.ndarray):
            if any(np.may_share_memory(part, other) for other in taken):
                part = part.copy()
            taken.append(part)
        return part

    return mapped(own, value)


def read_only(value: Any) -> Any:
    """An array that cannot be written into; anything else as it is."""
    if type(value) is np.ndarray:
        value = value.view()
        value.flags.writeable = False
    return value


def mapped(change: Callable[[Any], Any], tree: Any) -> Any:
    """A nested tuple, list or dict with something else in the place of what it holds."""
    if isinstance(tree, tuple):
        items = [mapped(change, item) for item in tree]
        return tree._make(items) if hasattr(tree, "_make") else tuple(items)
    if type(tree) is list:
        return [mapped(change, item) for item in tree]
    if isinstance(tree, dict):
        return {key: mapped(change, item) for key, item in tree.items()}
    return change(tree)


def parts(tree: Any) -> Iterator[Any]:
    """What a nested tuple, list or dict holds, in order."""
    if isinstance(tree, tuple | list):
        for item in tree:
            yield from parts(item)
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from parts(item)
    else:
        yield tree


def beside(tree: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """What a structure holds, each with what another holds there; None for what that one has not."""
    if isinstance(tree, tuple | list):
        for k, item in enumerate(tree):
            yield from beside(item, None if other is None else other[k])
    elif isinstance(tree, dict):
        for key, item in tree.items():
            yield from beside(item, None if other is None else other[key])
    else:
        yield tree, other


def arrays_in(tree: Any) -> Iterator[Any]:
    """The arrays that a nested tuple, list or dict holds."""
    return (part for part in parts(tree) if isinstance(part, np.ndarray))


def number(array: Any) -> Any:
    """An array without axes as NumPy's number, which functions of numbers take."""
    return array[()] if isinstance(array, np.ndarray) and not array.ndim else array


def unknown_shape(f: Any) -> InputError:
    name = getattr(f, "__qualname__", None) or repr(f)
    return InputError(
        f"the shape of what {name} returns is not known before it has run\n"
        "  why: it depends on more than the shapes of the inputs\n"
        "  try: return arrays whose shapes follow from those of the inputs, "
        "or pass what decides them as a Python number"
    )
