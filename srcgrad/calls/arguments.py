"""Which inputs move, and which outputs are asked: tangents and cotangents that are zero elsewhere."""

from __future__ import annotations

import functools
import inspect
from itertools import islice
from typing import Any

from srcgrad.calls.trees import floating, restored, zeros
from srcgrad.dispatch import check_count, positions, several
from srcgrad.dispatch.tangents import Directions
from srcgrad.errors import CotangentError, InputError
from srcgrad.values.signature import Dims, spec_of


def chosen(argnums: Any, inputs: Any) -> Any:
    """The input that an int names, or the tuple of those that a tuple names."""
    if isinstance(argnums, int):
        return inputs[place(argnums, len(inputs))]
    return tuple([inputs[place(k, len(inputs))] for k in argnums])


def floating_inputs(inputs: Any) -> tuple[int, ...]:
    """Which of the inputs have floating numbers."""
    return tuple(k for k, value in enumerate(inputs) if floating(value))


def place(k: int, count: int) -> int:
    """Which of ``count`` inputs ``k`` names. Raises ``InputError`` if there is none."""
    if not -count <= k < count:
        raise InputError(
            f"argnums names input {k}, and there are {count} inputs\n"
            "  why: argnums are positions of inputs, from 0\n  try: pass that input too"
        )
    return k % count


def places(argnums: Any, count: int) -> tuple[int, ...]:
    """The inputs that ``argnums`` names, in order. Raises ``InputError`` if one is named twice."""
    named = (argnums,) if isinstance(argnums, int) else argnums
    found = sorted(place(k, count) for k in named)
    if len(set(found)) < len(found):
        raise InputError(
            f"argnums names an input twice: {argnums}\n"
            "  why: there is one derivative for each input\n  try: name each input once"
        )
    return tuple(found)


def named(argnums: Any, count: int) -> tuple[int, ...]:
    """The inputs that ``argnums`` names, as they are named. Raises ``InputError`` as ``places`` does."""
    order = positions(argnums) or ()
    places(order, count)
    return tuple([place(k, count) for k in order])


def bound(f: Any, inputs: Any, keywords: dict[str, Any]) -> tuple[Any, Any]:
    """The function and its inputs, of a call with keyword arguments: these are inputs, or stand still."""
    if keywords:
        inputs, keywords = placed(f, inputs, keywords)
        f = functools.partial(f, **keywords)
    return f, inputs


def placed(f: Any, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """The inputs with those that are passed by keyword in their places, and the other keywords.

    Defaults fill the gaps between them.
    """
    try:
        params = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return inputs, keywords
    given = list(inputs)
    rest = dict(keywords)
    for k in range(len(inputs), len(params)):
        behind = [p.name for p in params[k:] if p.kind is p.POSITIONAL_OR_KEYWORD]
        param = params[k]
        if param.kind is not param.POSITIONAL_OR_KEYWORD or not rest.keys() & set(behind):
            break
        if param.name not in rest and param.default is param.empty:
            break
        given.append(rest.pop(param.name, param.default))
    return tuple(given), rest


def as_cotangents(moving: tuple[int, ...], inputs: Any, vectors: Any) -> tuple[Any, bool]:
    """Tangents of the inputs that move, as the cotangent of their gradients; whether they are several.

    Raises ``CotangentError`` where structure or shape differ, ``InputError`` for what is no tuple.
    """
    check_count(vectors, inputs)
    specs = tuple([spec_of(value, Dims(False)) for value in inputs])
    directions, many = Directions(specs, moving), False
    try:
        found = directions.seeds(vectors, inputs)
    except CotangentError:
        together = several.of_tangents(directions, vectors, inputs)
        if together is None:
            raise
        found, many = together, True
    leaves = iter(found)
    bars = [restored(inputs[k], tuple(islice(leaves, len(floating(inputs[k]))))) for k in moving]
    return tuple(bars), many


def seeded(value: Any, part: int | None, seed: Any) -> Any:
    """A cotangent that is zero but for one part of the outputs."""
    if part is None:
        return seed
    return (seed, zeros(value[1])) if part == 0 else (zeros(value[0]), seed)


def among(argnums: Any, inputs: Any, moved: Any) -> Any:
    """The tangents of all inputs, of which those that ``argnums`` names move."""
    count = len(inputs)
    if isinstance(argnums, int):
        only = place(argnums, count)
        return tuple([moved if k == only else None for k in range(count)])
    places = [place(k, count) for k in argnums]
    return tuple(
        [None if moved is None or k not in places else moved[places.index(k)] for k in range(count)]
    )
