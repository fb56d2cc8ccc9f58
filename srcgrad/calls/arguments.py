"""Which inputs move, and which outputs are asked: tangents and cotangents that are zero elsewhere."""

from __future__ import annotations

from typing import Any

from srcgrad.calls.trees import floating, zeros
from srcgrad.errors import InputError


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


def seeded(value: Any, part: int | None, seed: Any) -> Any:
    """A cotangent that is zero but for one part of the outputs."""
    if part is None:
        return seed
    return (seed, zeros(value[1])) if part == 0 else (zeros(value[0]), seed)


def among(argnums: Any, inputs: Any, moved: Any) -> Any:
    """The tangents of all inputs, of which those that ``argnums`` names move."""
    count = len(inputs)
    if isinstance(argnums, int):
        return tuple([moved if k == place(argnums, count) else None for k in range(count)])
    places = [place(k, count) for k in argnums]
    return tuple(
        [None if moved is None or k not in places else moved[places.index(k)] for k in range(count)]
    )
