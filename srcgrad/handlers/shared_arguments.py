"""Arguments that many functions share: ``out=``, and ``where=`` and ``dtype=`` of ufuncs.

Of functions of samples in ``scipy.stats``: ``nan_policy=``, ``keepdims=``, and several axes.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from typing import Any

import numpy as np

from srcgrad.definitions import definition_of, masking
from srcgrad.handlers.library import is_pure
from srcgrad.handlers.overwriting import overwriting
from srcgrad.ir.nodes import Const
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk

WITHOUT_SIGNATURE: dict[Any, int] = {np.dot: 2, np.concatenate: 2}  # before NumPy 2.3
MANY = 10**6
IGNORED = ("casting", "order", "subok")  # of a ufunc: they change no value


@functools.lru_cache(maxsize=1024)
def place_of_out(function: Any) -> tuple[int, tuple[str, ...]] | None:
    """The position of ``out`` among the positional parameters, and the names from there on."""
    if isinstance(function, np.ufunc):
        return function.nin, ("out",) * function.nout
    if function in WITHOUT_SIGNATURE:
        return WITHOUT_SIGNATURE[function], ("out",)
    try:
        found = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    if any(param.kind is param.VAR_POSITIONAL for param in found.values()):
        return (MANY, ("out",)) if "out" in found else None
    names = [
        name
        for name, param in found.items()
        if param.kind in (param.POSITIONAL_ONLY, param.POSITIONAL_OR_KEYWORD)
    ]
    if "out" in names:
        return names.index("out"), tuple(names[names.index("out") :])
    return (len(names), ("out",)) if "out" in found else None


def shared(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A call with ``out=``, or ``where=`` or ``dtype=`` of a ufunc; None if it has none of them."""
    if not is_pure(function) or not hasattr(function, "__name__"):
        return None
    if len(args) < 2 and not keywords and not isinstance(function, np.ufunc):
        return None  # ``out`` is nowhere first
    found = overwriting(e, function, args, keywords)
    if found is None:
        found = sampled(e, function, args, keywords)
    if found is not None:
        return found
    place = place_of_out(function)
    if place is None:
        return None
    at, names = place
    ufunc = isinstance(function, np.ufunc)
    given = dict(keywords)
    if len(args) > at:
        rest = args[at:]
        args = args[:at]
        if ufunc:
            given["out"] = rest[0] if len(rest) == 1 else TupleV(tuple(rest))
        else:
            given.update(zip(names, rest, strict=False))
    out = given.pop("out", Const(None))
    if isinstance(out, TupleV) and len(out.items) == 1:
        out = out.items[0]
    where: Any = Const(True)
    dtype: Any = Const(None)
    if ufunc:
        where, dtype = given.pop("where", where), given.pop("dtype", dtype)
        given = {key: value for key, value in given.items() if key not in IGNORED}
    plain = [isinstance(item, Const) and item.value in (None, True) for item in (where, dtype)]
    wanted = not (isinstance(out, Const) and out.value is None)
    if all(plain) and not wanted:
        return None if len(given) == len(keywords) else e.call_constant(function, args, given)
    e.discarded = None
    if not plain[0]:
        return _masked(e, function, dtype, args, where, out if wanted else None)
    if not plain[1]:
        result = e.call_constant(masking.typed, [Const(function), dtype, *args], given)
    else:
        result = e.call_constant(function, args, given)
    return _stored(e, out, result) if wanted else result


def _masked(e: Walk, function: Any, dtype: Any, args: list[Any], where: Any, out: Any) -> Any:
    if out is None:
        return e.call_constant(masking.masked, [Const(function), dtype, where, *args], {})
    result = e.call_constant(masking.masked_into, [Const(function), dtype, where, out, *args], {})
    return _stored(e, out, result)


def _stored(e: Walk, out: Any, result: Any) -> Any:
    if isinstance(out, TupleV):
        for target, part in zip(out.items, e.items_of(result), strict=True):
            if not (isinstance(target, Const) and target.value is None):
                e.set_item(target, Const(Ellipsis), part)
        return out
    e.set_item(out, Const(Ellipsis), result)
    return out


# --- functions of samples ---------------------------------------------------------------------

OF_SAMPLES = {"nan_policy": "propagate", "keepdims": False}


@functools.lru_cache(maxsize=256)
def defaults(function: Any) -> dict[str, Any] | None:
    """The parameters of a function of samples, with their defaults, where its definition asks for them."""
    public = getattr(sys.modules.get("scipy.stats"), function.__name__, None)
    definition = definition_of(function) if public is function else None
    if definition is None or "nan_policy" not in inspect.signature(definition).parameters:
        return None
    found = inspect.signature(function).parameters
    if not {"nan_policy", "axis"} <= set(found):
        return None
    return {name: param.default for name, param in found.items() if param.kind not in VARIADIC}


VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def sampled(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A call with these arguments, after what they ask for; None if they ask for nothing."""
    known = defaults(function)
    if known is None:
        return None
    policies = importlib.import_module("srcgrad.definitions.scipy_stats.policies")
    first = (next(iter(known)),)
    names, paired = policies.SAMPLES.get(definition_of(function), (first, False))
    if names and len(args) > len(known):
        return None
    named = {**dict(zip(known, args, strict=False)), **keywords} if names else dict(keywords)
    asked = {name: named.pop(name, Const(value)) for name, value in OF_SAMPLES.items()}
    axis = named.pop("axis", Const(known["axis"]))
    if not isinstance(axis, TupleV) and all(
        isinstance(item, Const) and item.value == OF_SAMPLES[name] for name, item in asked.items()
    ):
        return None
    policy = asked["nan_policy"]
    if "keepdims" not in known and isinstance(policy, Const) and policy.value == "omit":
        return None  # a result as long as the sample keeps the NaNs
    given = [name for name in names if not is_none(named.get(name, Const(None)))]
    samples = [named.pop(name) for name in given] if names else args
    if not samples:
        return None
    before = [Const(function), Const(tuple(given)), Const(paired), policy, asked["keepdims"], axis]
    return e.call_constant(policies.sampled, [*before, *samples], named)


def is_none(value: Any) -> bool:
    return isinstance(value, Const) and value.value is None
