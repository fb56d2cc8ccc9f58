"""Texts of errors, which Numba cannot write: their parts go out with the error, and are joined there.

Before::

    t = 'x is {:.3f}, and n {}'.format(x_0, n)
    e = ValueError(t)
    raise e

After::

    e = ValueError(text_of('x is {:.3f}, and n {}', (x_0, n)))
    raise e

Compiled, ``text_of`` gives its arguments with a mark before them; ``written`` joins them in the
error that has come out. What else reads a text keeps it.
"""

from __future__ import annotations

import operator
import string
import types
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Let
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS
from srcgrad.runtime.language import TEXT, text_by_percent, text_of

BY = {function.__name__: function for function in (text_of, text_by_percent)}
Parts = tuple[str, Any, Any]  # the operation, its template and its values


def outside(body: Block, names: Names) -> Block:
    """A function's body in which errors carry the parts of their texts."""
    lets = [s for s in ir.walk(body) if isinstance(s, Let)]
    if not any(_is_error(let) for let in lets):
        return body
    made = Counter(str(let.target) for let in lets)
    by_name = {str(let.target): let for let in lets}
    reads, told = Counter(ir.all_uses(body)), Counter[str]()
    left = reads.copy()  # how often a name is read when texts are parts
    found: dict[str, Let | None] = {}
    for let in reversed(lets):  # what reads a text stands after it
        name = str(let.target)
        if let.target is not None and made[name] == 1 and reads[name] == told[name] > 0:
            parts = _parts(let, names, by_name)
            if let.op in ("text", "format") and not left[name]:  # another text has taken it in
                found[name] = None
                left.subtract(ir.names(let.args))
            elif parts is not None:
                op, *args = parts
                found[name] = new = replace(let, op=op, args=OPS[op].complete(tuple(args)))
                left.subtract(ir.names(let.args))
                left.update(ir.names(new.args))
        if name in found or _is_error(let):
            told.update(ir.names(let.args))
    return _replaced(body, found) if found else body


def _replaced(block: Block, found: dict[str, Let | None]) -> Block:
    result: list[Any] = []
    for s in block:
        if isinstance(s, Let):
            result.append(found.get(str(s.target), s))
        else:
            result.append(ir.map_blocks(s, lambda inner: _replaced(inner, found)))
    return tuple(s for s in result if s is not None)


def _is_error(let: Let) -> bool:
    """Whether a statement makes an error that keeps its arguments as they are."""
    if let.op == "assert":
        return True
    made = let.args[0].value if let.op == "call" and isinstance(let.args[0], Const) else None
    if not (isinstance(made, type) and issubclass(made, Exception)):
        return False
    own = (vars(cls).get(part) for cls in made.__mro__ for part in ("__init__", "__new__"))
    return not any(isinstance(function, types.FunctionType) for function in own)


def _parts(let: Let, names: Names, made: dict[str, Let]) -> Parts | None:
    """The parts of a text; None for what is no text, or one that Numba writes."""
    if let.op in ("text", "format"):
        values: list[Any] = []
        template = _template(let, made, names, values)
        simple = all(_kind(value, names) in ("int", "str") for value in values)
        nested = let.op == "text" and any(_op(part, made) == "text" for part in let.args[0])
        if template is None or (simple and _plain(template) and not nested):
            return None
        return "text_of", Const(template), tuple(values)
    if let.op == "invoke" and let.args[1] == Const("format"):
        text, _, values, keys, named = let.args
        if named and isinstance(text, Const) and type(text.value) is str:
            text = Const(_by_place(text.value, len(values), keys.value))
        known = _kind(text, names) == "str" and (not named or text.value is not None)
        return ("text_of", text, (*values, *named)) if known else None
    if let.op == "call" and let.args[0] == Const(operator.mod) and len(let.args[1]) == 2:
        text, given = let.args[1]
        whole = isinstance(given, tuple) or _kind(given, names) == "tuple"
        if _kind(text, names) == "str":
            return "text_by_percent", text, given if whole else (given,)
    return None


def _op(operand: Any, made: dict[str, Let]) -> str:
    """The operation that has made an operand."""
    return made[operand].op if isinstance(operand, str) and operand in made else ""


def _template(let: Let, made: dict[str, Let], names: Names, values: list[Any]) -> str | None:
    """A text of ``text`` and ``format`` as a template; its ``values`` are added there."""
    if let.op == "format":
        value, spec, letter = let.args
        if not (
            isinstance(spec, Const) and type(spec.value) is str and not set(spec.value) & set("{}")
        ):
            return None
        values.append(value)
        letter = f"!{letter.value}" if letter.value else ""
        return "{" + letter + (f":{spec.value}" if spec.value else "") + "}"
    found = ""
    for part in let.args[0]:
        if isinstance(part, Const) and type(part.value) is str:
            found += part.value.replace("{", "{{").replace("}", "}}")
            continue
        if _op(part, made) in ("text", "format"):
            more = _template(made[part], made, names, values)
            if more is None:
                return None
            found += more
        else:
            values.append(part)
            found += "{}" if _kind(part, names) in ("int", "str") else "{!s}"
    return found


def _by_place(template: str, count: int, keys: tuple[str, ...]) -> str | None:
    """A template with numbers for names, which are ``keys`` and stand behind ``count`` others."""
    places = {key: count + k for k, key in enumerate(keys)}
    found, place = "", 0
    for text, name, spec, letter in string.Formatter().parse(template):
        found += text.replace("{", "{{").replace("}", "}}")
        if name is None:
            continue
        if "{" in str(spec) or not (name == "" or name.isdecimal() or name in places):
            return None
        found += "{" + (name if name.isdecimal() else str(places.get(name, place)))
        place += name == ""
        found += (f"!{letter}" if letter else "") + (f":{spec}" if spec else "") + "}"
    return found


def _plain(template: str) -> bool:
    """Whether nothing but values as they are stands in a template."""
    return all(c not in template.replace("{}", "") for c in "{}")


def _kind(value: Any, names: Names) -> str:
    if isinstance(value, tuple):
        return "tuple"
    return str(names.kind(value).base)


def written(error: Exception) -> Exception:
    """An error that has come out of compiled code, with its texts."""
    args = tuple(_text(arg) for arg in error.args)
    if all(new is old for new, old in zip(args, error.args, strict=True)):
        return error
    return type(error)(*args).with_traceback(error.__traceback__)


def _text(arg: Any) -> Any:
    """A text for its parts."""
    if type(arg) is not tuple or len(arg) != 5 or arg[0] != TEXT:
        return arg
    _, how, template, values, dtypes = arg
    given = [
        np.dtype(dtype).type(value) if dtype else _text(value)
        for value, dtype in zip(values, dtypes, strict=True)
    ]
    return BY[how](template, tuple(given))
