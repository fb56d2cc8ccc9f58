"""A function's inputs as they are assumed when no examples are given."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.inputs import specs_of
from srcgrad.dispatch.request import Request
from srcgrad.dispatch.target import target
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const

ANNOTATED = {
    float: kinds.FLOAT,
    "float": kinds.FLOAT,
    int: kinds.INT,
    "int": kinds.INT,
    bool: kinds.BOOL,
    "bool": kinds.BOOL,
    np.float64: kinds.scalar("float64"),
    np.float32: kinds.scalar("float32"),
    np.ndarray: kinds.array("float64"),
    "np.ndarray": kinds.array("float64"),
}


def assumed(function: Any) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """The specs of all parameters, and the names of those that are keyword-only.

    What an annotation says, else what the default value is, else a float64 array of unknown rank.
    """
    specs, keywords = [], []
    for param in inspect.signature(function, follow_wrapped=False).parameters.values():
        if param.kind in (param.VAR_POSITIONAL, param.VAR_KEYWORD):
            continue
        specs.append(spec_of_parameter(param))
        if param.kind is param.KEYWORD_ONLY:
            keywords.append(param.name)
    return tuple(specs), tuple(keywords)


def spec_of_parameter(param: inspect.Parameter) -> Any:
    try:
        found = ANNOTATED.get(param.annotation)
    except TypeError:  # an annotation that cannot be hashed
        found = None
    if found is not None:
        return found
    if param.default is not param.empty:
        return specs_of((param.default,), False)[0]
    if param.annotation in (str, "str"):
        return Const("")
    return kinds.array("float64")


def generic(f: Any, request: Request) -> Entry:
    """An entry for assumed inputs, to be looked at. Raises what ``generate`` raises."""
    from srcgrad.dispatch.generate import generate

    function, request, specs = as_assumed(f, request)
    return generate(function, request, specs, False, None, "", False)


def as_assumed(f: Any, request: Request) -> tuple[Any, Request, tuple[Any, ...]]:
    """The plain function behind ``f``, what is asked of it, and the specs of assumed inputs."""
    found = target(f)
    specs, keywords = assumed(found.function)
    argnums = request.argnums
    if found.leading:
        known = specs_of(found.leading, False)
        specs = (*known, *specs[len(known) :])
        first = len(known)
        argnums = (
            tuple(range(first, len(specs)))
            if argnums is None
            else tuple(k + first if k >= 0 else k for k in argnums)
        )
    request = replace(request, argnums=argnums, keywords=keywords, orders=found.orders)
    return found.function, request, specs
