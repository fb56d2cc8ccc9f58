"""The parameters of what is called: as it says them itself, or as Python's reference does."""

from __future__ import annotations

import collections
import functools
import inspect
import itertools
import math
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

UNSAID: dict[Any, Callable[..., None]] = {  # in text alone
    min: lambda first, /, *items, key=None, default=None: None,
    max: lambda first, /, *items, key=None, default=None: None,
    range: lambda start, stop=0, step=1, /: None,
    slice: lambda start, stop=0, step=1, /: None,
    zip: lambda *iterables, strict=False: None,
    map: lambda function, iterable, /, *iterables: None,
    filter: lambda function, iterable, /: None,
    iter: lambda iterable, sentinel=None, /: None,
    next: lambda iterator, default=None, /: None,
    getattr: lambda owner, name, default=None, /: None,
    vars: lambda owner=None, /: None,
    type: lambda name, bases=(), content=None, /, **keywords: None,
    super: lambda cls=None, owner=None, /: None,
    str: lambda object="", encoding="", errors="": None,
    set: lambda iterable=(), /: None,
    frozenset: lambda iterable=(), /: None,
    dict: lambda items=(), /, **named: None,
    dict.fromkeys: lambda iterable, value=None, /: None,
    collections.OrderedDict: lambda items=(), /, **named: None,
    collections.defaultdict: lambda factory=None, items=(), /, **named: None,
    collections.deque: lambda iterable=(), maxlen=None: None,
    types.MappingProxyType: lambda mapping: None,
    functools.partial: lambda function, /, *args, **keywords: None,
    functools.reduce: lambda function, iterable, initial=None, /: None,
    itertools.chain: lambda *iterables: None,
    itertools.chain.from_iterable: lambda iterables, /: None,
    itertools.islice: lambda iterable, start, stop=None, step=None, /: None,
    itertools.product: lambda *iterables, repeat=1: None,
    itertools.repeat: lambda object, times=0: None,
    math.log: lambda x, base=0.0, /: None,
}


@functools.lru_cache(256)
def signature(function: Any) -> inspect.Signature | None:
    """The parameters of what says them: a class, a function of Python, one of its own in C."""
    if function in UNSAID:
        return inspect.signature(UNSAID[function])
    plain = inspect.unwrap(function)
    owner = getattr(plain, "__objclass__", plain)  # of methods of classes in C
    home = (getattr(owner, "__module__", None) or "").split(".")[0]
    if isinstance(plain, types.BuiltinFunctionType | types.MethodDescriptorType):
        says = home in sys.stdlib_module_names  # NumPy's say it loosely
    else:
        says = isinstance(plain, type | types.FunctionType | np.ufunc) and home != "srcgrad"
    if not says:
        return None
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None
