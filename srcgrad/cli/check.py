"""``srcgrad check``: which functions of a module can be differentiated, and why not.

Nothing of the module is run but its import. A method is checked on an instance as ``__init__`` makes
it. Of parameters without annotation or default several kinds are tried, the first of which all goes
well with counts.
"""

from __future__ import annotations

import ast
import enum
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from srcgrad.dispatch.assume import ANNOTATED, assumed
from srcgrad.dispatch.derivative import PATHS
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.generate import generate
from srcgrad.dispatch.inputs import specs_of
from srcgrad.dispatch.request import Request
from srcgrad.dispatch.target import target
from srcgrad.errors import InputError, SrcgradError
from srcgrad.ir import kinds
from srcgrad.ir.lexical import as_name, is_name
from srcgrad.ir.trees import leaves
from srcgrad.source.read import unwrapped
from srcgrad.source.text import remember
from srcgrad.values.signature import numbers

VECTOR, MATRIX = kinds.array("float64", 1), kinds.array("float64", 2)
# what is assumed of parameters about which nothing is said, in the order it is tried
CANDIDATES = (kinds.array("float64"), VECTOR, MATRIX, kinds.FLOAT)
SPECIAL = {"__call__"}  # the only methods with such names that are checked


@dataclass(frozen=True)
class Finding:
    """What is said of one function: ``text`` after its name, and the refusal, if it is one."""

    name: str
    text: str
    error: SrcgradError | None = None


def survey(name: str, function: Any, described: Any) -> Finding:
    """Whether a function can be differentiated; ``described`` gives specs by ``--like``.

    ``described(function, specs)`` are the specs with those that the user describes.
    """
    errors: list[SrcgradError] = []
    for candidate in CANDIDATES:
        try:
            return Finding(name, _verdict(function, described, candidate))
        except _Settled as settled:
            return Finding(name, settled.text)
        except SrcgradError as error:
            errors.append(error)
    fewest = min(errors, key=lambda error: (_count(error), errors.index(error)))
    return Finding(name, "refused", fewest)


def _count(error: SrcgradError) -> int:
    return str(error).count("\n  why:")


class _Settled(Exception):
    """There is nothing to differentiate, whatever the inputs are."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _verdict(function: Any, described: Any, candidate: Any) -> str:
    found = target(function)
    specs, keywords = assumed(found.function)
    first = len(found.leading)
    integers = _integers(found.function)
    parameters = _parameters(found.function)
    specs = tuple(
        (kinds.INT if name in integers else candidate) if open_ else spec
        for (name, open_), spec in zip(parameters, specs, strict=True)
    )
    called = [
        name for name, open_ in parameters[first:] if open_ and name in _called(found.function)
    ]
    if called:
        raise _Settled(f"takes a function, `{called[0]}`: it is checked where it is called")
    specs = (*specs_of(found.leading, True), *described(found.function, specs)[first:])
    count = len(specs) - len(keywords)
    more = (candidate,) * _starred(found.function, count)
    specs = (*specs[:count], *more, *specs[count:])
    if not any(kind.floating for spec in specs for kind in numbers(spec)):
        raise _Settled("no floating inputs")
    request = Request(argnums=tuple(range(first, len(specs))), keywords=keywords, named=False)
    try:
        entry = of_every_path(found.function, request, specs)
    except InputError as error:
        text = str(error).splitlines()[0]
        if " returns None, so it has no output" in text:
            written = text.partition("it writes into: ")[2]
            written = "" if written == "nothing" else f", but it writes into {written}"
            raise _Settled(f"no output{written}") from None
        if "has no derivative" in text:
            raise _Settled("no floating output") from None
        raise
    except SrcgradError as error:
        if "the output holds a function" in str(error) and _count(error) == 1:
            raise _Settled("returns a function") from None
        raise
    if not any(leaf.active for leaf in leaves(entry.facts.tree)):
        raise _Settled("no floating output that depends on its inputs")
    return "differentiable"


def of_every_path(function: Any, request: Request, specs: tuple[Any, ...]) -> Entry:
    """What is generated for the first path; for the others, source is generated, too."""
    first = entry = generate(function, request, specs, True, None, "", False, closing=False)
    tried, waiting = {entry.facts.sides}, [*entry.facts.others.values()]
    while waiting and len(tried) < PATHS:
        asked = replace(request, sides=waiting.pop())
        entry = generate(function, asked, specs, True, None, "", False, closing=False)
        if entry.facts.sides not in tried:
            tried.add(entry.facts.sides)
            waiting += entry.facts.others.values()
    return first


def _parameters(function: Any) -> list[tuple[str, bool]]:
    """The parameters, and whether nothing is said of each."""
    found = []
    for param in inspect.signature(function, follow_wrapped=False).parameters.values():
        if param.kind in (param.VAR_POSITIONAL, param.VAR_KEYWORD):
            continue
        try:
            said = param.annotation in ANNOTATED or param.annotation in (str, "str")
        except TypeError:
            said = False
        found.append((param.name, not said and param.default is param.empty))
    return found


def _starred(function: Any, count: int) -> int:
    """How many inputs ``*args`` takes: those that a decorated function has, or two."""
    params = inspect.signature(function, follow_wrapped=False).parameters.values()
    if all(param.kind is not param.VAR_POSITIONAL for param in params):
        return 0
    inner = [
        param
        for param in inspect.signature(function).parameters.values()
        if param.kind in (param.POSITIONAL_ONLY, param.POSITIONAL_OR_KEYWORD)
    ]
    return len(inner) - count if len(inner) > count else 2


def _called(function: Any) -> set[str]:
    """The names that are called."""
    return {
        node.func.id
        for node in ast.walk(_tree(function))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def _tree(function: Any) -> ast.AST:
    """The syntax of a function; empty if it cannot be read."""
    try:
        lines, _ = inspect.getsourcelines(unwrapped(function))
        return ast.parse(inspect.cleandoc("\n" + "".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])


def _integers(function: Any) -> set[str]:
    """The parameters that count: what ``range`` or an allocation is called with."""
    tree = _tree(function)
    counting = {"range", "zeros", "ones", "empty", "eye", "arange", "identity"}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in counting and node.args:
                sizes = node.args if name == "range" else node.args[:1]
                found |= {
                    item.id
                    for arg in sizes
                    for item in ast.walk(arg)
                    if isinstance(item, ast.Name) and not _measured(arg)
                }
    return found


def _measured(node: ast.AST) -> bool:
    """Whether a size is asked of an array: ``len(x)``, ``x.shape[0]``."""
    return any(
        isinstance(item, ast.Call | ast.Attribute | ast.Subscript) for item in ast.walk(node)
    )


# --- what there is to check -------------------------------------------------------------------


def functions_of(module: types.ModuleType) -> list[tuple[str, Any]]:
    """The functions and methods that a module defines itself, in the order of its source."""
    file = getattr(module, "__file__", None)
    found = [
        (name, value)
        for name, value in _members(module)
        if _code(value) is None or _code(value).co_filename == file or hasattr(value, "__wrapped__")
    ]
    unique = {id(function): (name, function) for name, function in reversed(found)}
    return sorted(unique.values(), key=lambda pair: _line(pair[1]))


def _members(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, type):
            if not issubclass(value, BaseException | enum.Enum):
                yield from methods_of(value)
        elif inspect.isfunction(value) or hasattr(value, "__wrapped__"):
            yield getattr(value, "__qualname__", name), value


def methods_of(cls: type) -> Iterator[tuple[str, Any]]:
    """The methods that a class defines itself."""
    for name, value in vars(cls).items():
        if name.startswith("__") and name not in SPECIAL:
            continue
        if isinstance(value, staticmethod | classmethod):
            yield f"{cls.__qualname__}.{name}", getattr(cls, name)
        elif inspect.isfunction(value) and value.__module__ == cls.__module__:
            yield f"{cls.__qualname__}.{name}", value


def _line(function: Any) -> int:
    code = _code(inspect.unwrap(function))
    return code.co_firstlineno if code is not None else 0


def _code(function: Any) -> Any:
    function = unwrapped(function)
    return getattr(getattr(function, "__func__", function), "__code__", None)


def bound(name: str, function: Any, module: types.ModuleType) -> Any:
    """A method as a function of what makes its object, and of its own parameters."""
    owner: Any = module
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part, None)
    if not path or not isinstance(owner, type) or not inspect.isfunction(vars(owner).get(last)):
        return function
    try:
        making = inspect.signature(owner).parameters.values()
    except (TypeError, ValueError):
        return function
    params = {
        "making": list(making),
        "calling": list(inspect.signature(function).parameters.values())[1:],
    }
    several = [*params["making"], *params["calling"]]
    if not several or not all(map(is_name, [last, *(param.name for param in several)])):
        return function
    return _wrapper(owner, last, params)


def _wrapper(cls: type, method: str, params: dict[str, list[inspect.Parameter]]) -> Any:
    names: list[inspect.Parameter] = []
    calls = []
    for part in params.values():
        arguments = []
        for param in part:
            if param.kind in (param.VAR_POSITIONAL, param.VAR_KEYWORD):
                continue
            name = param.name
            while any(other.name == name for other in names):
                name += "_"
            names.append(param.replace(name=name, kind=param.POSITIONAL_OR_KEYWORD))
            keyword = param.kind is param.KEYWORD_ONLY
            arguments.append(f"{param.name}={name}" if keyword else name)
        calls.append(", ".join(arguments))
    names.sort(key=lambda param: param.default is not param.empty)
    head = ", ".join(param.name for param in names)
    made_of = as_name(cls.__name__, "Class", [method, *(p.name for p in names)].__contains__)
    text = f"def {method}({head}):\n    return {made_of}({calls[0]}).{method}({calls[1]})\n"
    file = f"<a call of {cls.__qualname__}.{method}>"
    remember(file, text)
    namespace: dict[str, Any] = {made_of: cls, "__name__": cls.__module__}
    exec(compile(text, file, "exec"), namespace)
    made = namespace[method]
    made.__signature__ = inspect.Signature(names)
    made.__defaults__ = tuple(p.default for p in names if p.default is not p.empty) or None
    return made


__all__ = ["Finding", "bound", "functions_of", "methods_of", "survey"]
