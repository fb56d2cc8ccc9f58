"""``srcgrad export``: a derivative as a file of its own, which tests itself and knows what it was made of.

``srcgrad export --verify`` says of such files whether the function is still the one that they were
made of.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from srcgrad import pipeline
from srcgrad.backend import cache, emit
from srcgrad.backend.standalone import standalone
from srcgrad.cli import show
from srcgrad.cli.asking import add_like, asked
from srcgrad.cli.examples import captured, example
from srcgrad.cli.finding import UsageError, function_of, split
from srcgrad.cli.primal_hash import primal_hash
from srcgrad.cli.self_test import check_adjoint
from srcgrad.dispatch import generate
from srcgrad.dispatch.interface import everything
from srcgrad.dispatch.target import target
from srcgrad.errors import SrcgradError, shielded
from srcgrad.ir import nodes as ir
from srcgrad.ir.trees import leaves
from srcgrad.version import __version__

MARK = "# This file was written by `srcgrad export`. Do not edit it: write it anew."
KEYS = ("srcgrad", "source", "like", "example", "primal", "text")
TITLE = "# --- a test of the adjoint, by central differences "

EXAMPLES = """examples:
  srcgrad export model.py:loss --like 'w=float64[n, m], x=float64[m]' -o loss_adjoint.py
  srcgrad export model.py:loss --like 'm=float64[n, n]' --example 'm=np.eye(3)' -o loss_adjoint.py
  python loss_adjoint.py                            (tests itself; so does `pytest loss_adjoint.py`)
  srcgrad export --verify *_adjoint.py              (fails where a function has changed since)
"""


def add_to(commands: Any, form: Any) -> None:
    """Add the command to those of the command line."""
    export = commands.add_parser(
        "export",
        help="write an adjoint as a file that needs NumPy alone, with a test; or verify such files",
        epilog=EXAMPLES,
        formatter_class=form,
    )
    export.add_argument("where", metavar="FILE_OR_MODULE:FUNCTION", nargs="+")
    export.add_argument("-o", "--output", metavar="FILE", help="where to write; else it is printed")
    export.add_argument(
        "--example",
        default="",
        metavar="VALUES",
        help="inputs for the test, as in 'x=np.linspace(0, 1, 5), n=3'; by default random ones",
    )
    export.add_argument(
        "--verify",
        action="store_true",
        help="of files that were written: fail if the function has changed since",
    )
    export.set_defaults(command=run)
    add_like(export)


def run(options: Any) -> int:
    """Write a file, or verify files."""
    if options.verify:
        return max(map(verified, options.where))
    if len(options.where) > 1:
        raise UsageError("one function at a time\n  try: an output file for each")
    where = options.where[0]
    made = exported(function_of(where, "export"), options)
    text = whole(made, described_source(where, options.output), options)
    tested(made, text)
    if options.output:
        show.write(options.output, text)
    else:
        print(text, end="")
    return 0


class Made(NamedTuple):
    """The text that a file shows of a function, below its header, and what it was made of."""

    function: Any
    facts: Any
    keywords: tuple[str, ...]
    text: str  # the generated code
    test: str  # its test
    primal: str  # the hash


def exported(function: Any, options: Any) -> Made:
    """Value and adjoint of a function in one file, and the test of them."""
    if target(function).leading:
        raise UsageError(
            "it is bound to an object, which no other file has\n"
            "  try: the method of its class, as in model.py:Net.loss, or a function that makes the object"
        )
    plain, request, specs = asked(function, options)
    request = replace(request, assumes=False)
    with generate.LOCK, shielded(plain):
        primal = generate.primal_of(plain, request, specs, False)
        adjoint, facts = generate.adjoint_of(primal, request)
        again = generate.primal_of(plain, request, specs, False)
        value, valued = pipeline.value(again)
    stem = facts.name.removesuffix("_vjp")
    parts = (
        emit.Part(adjoint.function, facts.name, "Adjoint", everything(adjoint.primal)),
        emit.Part(value, f"{stem}_value", "Value", everything(valued)),
    )
    module = emit.module(*parts)
    generated = cache.in_memory(module.source, module.name, module.objects)
    names = [ir.base(param) for param in primal.function.params]
    outside = captured(plain, primal, names[len(specs) :])
    inputs = example(dict(zip(names, specs, strict=False)), options.like, options.example)
    active = tuple(leaf.active for leaf in leaves(facts.tree))
    return Made(
        plain,
        facts,
        request.keywords,
        standalone(module.source, generated).rstrip("\n"),
        test_of(facts.name, stem, inputs, outside, active),
        primal_hash(primal.guards),
    )


def test_of(
    name: str, stem: str, inputs: list[str], outside: list[str], active: tuple[bool, ...]
) -> str:
    """The text of the test."""
    lines = [
        "",
        "",
        f"def test_{name}():",
        '    """The adjoint agrees with central differences."""',
        "    import numpy as np",
        "",
        "    rng = np.random.default_rng(0)",
        "    inputs = (",
        *(f"        {line}" for line in inputs),
        "    )",
    ]
    if outside:
        lines += ["    outside = (", *(f"        {line}" for line in outside), "    )"]
    lines += [
        f"    _check_adjoint({stem}_value, {name}, inputs, {'outside' if outside else '()'}, {active})",
        "",
        "",
        'if __name__ == "__main__":',
        f"    test_{name}()",
        f'    print("{name} agrees with central differences")',
    ]
    return f"{TITLE.ljust(99, '-')}\n\n\n{without_types(check_adjoint)}\n" + "\n".join(lines) + "\n"


def without_types(function: Any) -> str:
    """The text of a function, under a private name, without annotations, which would need imports."""
    tree = ast.parse(inspect.getsource(function))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree).replace(f"def {function.__name__}", f"def _{function.__name__}", 1)


def whole(made: Made, source: str, options: Any) -> str:
    """The text of the file: header, code, test."""
    code = f"\n{made.text}\n\n\n{made.test}"
    about = {
        "srcgrad": __version__,
        "source": source,
        "like": one_line(options.like),
        "example": one_line(options.example),
        "primal": made.primal,
    }
    lines = [
        f"# {made.facts.name}{emit.describe(list(made.facts.names), made.facts.specs)}",
        MARK,
        *(f"# {key}: {value}".rstrip() for key, value in about.items()),
    ]
    head = "\n".join(lines)
    return f"{head}\n# text: {hash_of(head + code)}\n{code}"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def one_line(text: str) -> str:
    return " ".join(text.splitlines())


def described_source(where: str, output: str | None) -> str:
    """The function as the header names it: a file by its way from the folder of the output."""
    name, path = split(where)
    if name.endswith(".py") or os.sep in name:
        base = os.path.dirname(os.path.abspath(output or ""))
        if output is None:
            base = os.getcwd()
        name = os.path.relpath(os.path.abspath(name), base).replace(os.sep, "/")
    return f"{name}:{path}"


def tested(made: Made, text: str) -> None:
    """Run the test of a file before it is written, and compare its value with the function's own.

    Raises ``UsageError`` where the inputs of the test do not suit the function.
    """
    namespace: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "<exported>", "exec"), namespace)
    name = made.facts.name
    value = namespace[f"{name.removesuffix('_vjp')}_value"]
    count = len(made.keywords)

    def compared(*arguments: Any) -> Any:
        """The value; its inputs are handed to the function itself first."""
        found = value(*arguments)
        inputs = arguments[: len(made.facts.names)]
        args, named = inputs[: len(inputs) - count], inputs[len(inputs) - count :]
        own = made.function(
            *map(copied, args), **dict(zip(made.keywords, map(copied, named), strict=True))
        )
        for mine, its in zip(numbers(found), numbers(own), strict=True):
            np.testing.assert_allclose(mine, its, rtol=1e-6, atol=1e-12)
        return found

    namespace[value.__name__] = compared
    try:
        namespace[f"test_{name}"]()
    except SrcgradError:
        raise
    except Exception as error:
        raise UsageError(
            f"the test of the file fails: {type(error).__name__}: {str(error).strip() or 'no message'}\n"
            "  why: its inputs may not suit the function, or the function is not smooth there\n"
            "  try: sizes by --like 'x=float64[5]', or inputs by --example 'x=np.linspace(0, 1, 5)'"
        ) from None


def copied(value: Any) -> Any:
    """Containers and arrays of one's own."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)([copied(item) for item in value])
    return value.copy() if isinstance(value, np.ndarray) else value


def numbers(value: Any) -> Iterator[Any]:
    """The numbers and arrays in containers."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, np.ndarray | np.generic | int | float | complex):
        yield value


# --- verification ---------------------------------------------------------------------------------


def verified(path: str) -> int:
    """Print whether a file is what would be written now: 0 if it is, 1 if not, 2 if it is no such file."""
    try:
        about = header(path)
    except UsageError as error:
        print(f"{path}: {error}")
        return 2
    verdict = why_not(path, about)
    name = about["source"]
    print(
        f"{path}: {verdict}" if verdict else f"{path}: the adjoint of {name}, which has not changed"
    )
    return 1 if verdict else 0


def header(path: str) -> dict[str, str]:
    """What a file says of itself, and its ``hash``. Raises ``UsageError`` for others' files."""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"it cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from None
    lines = text.splitlines()
    found: dict[str, str] = {}
    if lines[1:2] == [MARK]:
        for line in lines[2 : 2 + len(KEYS)]:
            key, _, value = line.removeprefix("# ").partition(":")
            found[key] = value.strip()
    if tuple(found) != KEYS:
        raise UsageError("it was not written by `srcgrad export`")
    return {**found, "hash": hash_of(text.replace(f"\n# text: {found['text']}\n", "", 1))}


def why_not(path: str, about: dict[str, str]) -> str:
    """What has changed since a file was written; empty if nothing has."""
    if about["hash"] != about["text"]:
        return "it has been edited since srcgrad wrote it"
    name, function = split(about["source"])
    if name.endswith(".py"):
        name = os.path.relpath(os.path.join(os.path.dirname(os.path.abspath(path)), name))
        name = name if os.sep in name else os.path.join(os.curdir, name)
    where = f"{name}:{function}"
    options = Unsaid(about["like"])
    try:
        plain, request, specs = asked(function_of(where), options)
        with generate.LOCK, shielded(plain):
            now = primal_hash(generate.primal_of(plain, request, specs, False).guards)
    except (UsageError, SrcgradError) as error:
        return f"{about['source']} cannot be differentiated any more: {str(error).splitlines()[0]}"
    if now != about["primal"]:
        return f"{about['source']} has changed since: export it again"
    return ""


class Unsaid(NamedTuple):
    """Options of which only the kinds of the inputs are said."""

    like: str
    forward: bool = False
    value: bool = False
    jit: bool = False
    parallel: bool = False
