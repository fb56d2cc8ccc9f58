"""The classes of gradients, values and cotangents: what generated code gives as dicts and tuples.

A form is a ``Structure`` of classes, or None for what is a number, an array, or nothing but plain
tuples, lists and dicts. The gradient of an object is an object of its class, made without
``__init__``, whose attributes are the gradients of the attributes.
"""

from __future__ import annotations

from typing import Any

from srcgrad.errors import CotangentError
from srcgrad.runtime import assembled
from srcgrad.values.labels import is_labelled, with_values
from srcgrad.values.library_objects import is_whole
from srcgrad.values.signature import LONG_TUPLE, Structure, form


def form_of(spec: Any) -> Structure | None:
    """The form of what has this spec."""
    if not isinstance(spec, Structure):
        return None
    return form(spec.cls, spec.keys, tuple(map(form_of, spec.items)))


def formed(form: Structure | None, value: Any, like: Any = None) -> Any:
    """A nested value in the classes of its form; a sparse one has the pattern of ``like``."""
    if form is None or value is None:
        return value
    if form == LONG_TUPLE:
        return tuple(value)
    likes = [None] * len(form.keys) if like is None else form.parts_of(like)
    rows = zip(form.keys, form.items, likes, strict=True)
    parts = [formed(item, value[key], part) for key, item, part in rows]
    cls = form.cls
    if is_labelled(cls):
        return labelled(form, parts, like)
    if is_whole(cls):
        parts = _whole(parts, likes)
        if all(part is not None for part in parts):
            return assembled(cls, form.keys, tuple(parts))
    if issubclass(cls, tuple):
        return cls._make(parts) if hasattr(cls, "_make") else tuple(parts)
    if issubclass(cls, list):
        return parts
    if issubclass(cls, dict):
        return dict(zip(form.keys, parts, strict=True))
    made = _blank(cls)
    for key, part in zip(form.keys, parts, strict=True):
        object.__setattr__(made, key, part)
    return made


def labelled(form: Structure, parts: list[Any], like: Any) -> Any:
    """The gradient by an array of pandas' or xarray's: with its labels."""
    if like is None:
        raise CotangentError(
            f"several gradients by a {form.cls.__name__} are asked for at once\n"
            "  why: an axis for the directions has no labels\n"
            "  try: pass .to_numpy(), or ask for one after the other"
        )
    return with_values(like, dict(zip(form.keys, parts, strict=True)))


def _whole(parts: list[Any], likes: list[Any]) -> list[Any]:
    """The first part of a derivative, and what else has one, with the rest of the object itself."""
    rest = [
        old if new is None or type(old) is tuple else new
        for new, old in zip(parts[1:], likes[1:], strict=True)
    ]
    return [parts[0], *rest]


def _blank(cls: type) -> Any:
    """An instance on which ``__init__`` was not run."""
    try:
        return object.__new__(cls)
    except TypeError:  # the instances of some classes of C hold more than attributes
        make: Any = cls.__new__
        return make(cls)


def all_formed(
    forms: tuple[Structure | None, ...], values: tuple[Any, ...], likes: tuple[Any, ...] = ()
) -> tuple[Any, ...]:
    likes = likes or (None,) * len(forms)
    return tuple(formed(*row) for row in zip(forms, values, likes, strict=True))


def as_items(keys: Any, value: Any) -> Any:
    """An object whose attributes have these names as a dict of them; anything else as it is."""
    if isinstance(value, tuple | list | dict) or not all(
        isinstance(key, str) and hasattr(value, key) for key in keys
    ):
        return value
    return {key: getattr(value, key) for key in keys}
