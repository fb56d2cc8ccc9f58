"""What is said where a value cannot be used in a way: of values and operands alike."""

from __future__ import annotations

from typing import Any

from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.values.signals import Refused
from srcgrad.values.walk import Walk


def not_assigned(e: Walk) -> Refused:
    return e.refuse(
        "this attribute cannot be assigned",
        "its owner is not an object made or passed in here",
        "use a local variable",
    )


def not_indexed(e: Walk, why: str) -> Refused:
    return e.refuse(
        "this subscript is not followed",
        why,
        "index an array, a list, a tuple or a dict",
    )


def not_stored_into(e: Walk) -> Refused:
    return e.refuse(
        "this cannot be stored into", "it is no array, list or dict", "copy it into an array"
    )


def not_deleted(e: Walk) -> Refused:
    return e.refuse(
        "this `del` is not supported", "what it removes is not known", "build a new container"
    )


def not_called(e: Walk) -> Refused:
    return e.refuse(
        "this call cannot be followed",
        "what is called is not known",
        "call a function by its name",
    )


def not_decided(e: Walk) -> Refused:
    return e.refuse("`in` cannot be decided", "the content is not known here", "write a loop")


def no_class(e: Walk) -> Refused:
    return e.refuse(
        "the class of this value is not known",
        "it may be a number or an array",
        "test something else",
    )


def no_mapping(e: Walk) -> Refused:
    return e.refuse("this mapping is not followed", "it is no dict", "use a dict")


def not_taken_apart(e: Walk) -> Refused:
    e.want(SizesWanted, IntegersWanted)
    return e.refuse(
        "this cannot be taken apart",
        "the number of its items is not known",
        "use a loop, or unpack a tuple",
    )


def not_repeated(e: Walk) -> Refused:
    return e.refuse(
        "a list is repeated in place, and its length is not known",
        "other names of the list see it, too",
        "write xs = xs * n",
    )


def not_one_kind(e: Walk, why: str, branch: int | None = None) -> Refused:
    if not why:  # it was refused where it was assigned
        return Refused()
    return e.refuse(
        f"this is {why}",
        "generated code needs one kind of value",
        "give it one structure on every path",
        branch=branch,
    )


def no_number(e: Walk, value: Any) -> Refused:
    return e.refuse(
        f"a {sort_of(value)} cannot be used as a number here",
        "the operation needs numbers or arrays",
        "pass its parts",
    )


def no_array(e: Walk) -> BaseException:
    return e.raising(
        TypeError(),
        "an iterator is used where NumPy takes an array",
        "NumPy does not run through it: it takes it for one object, or raises",
        "make a list of it, list(...), or use np.fromiter",
    )


def not_passed(e: Walk, what: str) -> Refused:
    return e.refuse(
        f"a value of the class `{what}` is passed to code that is not followed",
        "it is taken apart when source is generated",
        "pass its parts",
    )


def sort_of(value: Any) -> str:
    """The sort of a value, by the name of its class."""
    return type(value).__name__.removesuffix("V").lower()
