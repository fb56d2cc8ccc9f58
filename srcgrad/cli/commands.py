"""The command line: ``srcgrad show`` prints generated source, ``explain`` what it keeps and why.

srcgrad show model.py:loss --like 'w=float64[3], n=int'
srcgrad explain model.py:loss --like 'w=float64[300], n=100'
srcgrad check model.py
srcgrad view model.py:loss -o loss.html
srcgrad cache --clear

``show``, ``explain``, ``check`` and ``view`` import the file that they are given, which runs it.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from srcgrad import pipeline
from srcgrad.backend.standalone import standalone
from srcgrad.cli import cache as cache_command
from srcgrad.cli.check import bound, functions_of, methods_of, survey
from srcgrad.cli.like import described, read
from srcgrad.dispatch.assume import assumed
from srcgrad.dispatch.entry import Entry
from srcgrad.dispatch.explained import explained
from srcgrad.dispatch.generate import generate
from srcgrad.dispatch.inputs import specs_of
from srcgrad.dispatch.request import Options, Request
from srcgrad.dispatch.target import target
from srcgrad.errors import InputError, SrcgradError, shielded
from srcgrad.explaining.explain import explanation
from srcgrad.ir import nodes as ir
from srcgrad.version import __version__


class UsageError(Exception):
    """What was asked for does not exist or cannot be read; the message is for the user."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 for a refusal, 2 for a wrong command."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except UsageError as error:
        print(f"srcgrad: {error}", file=sys.stderr)
        return 2
    except SrcgradError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="srcgrad", description="Derivatives of Python and NumPy functions, as source code."
    )
    parser.add_argument("--version", action="version", version=f"srcgrad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    show = commands.add_parser("show", help="import a file and print a derivative of a function")
    show.add_argument("where", metavar="FILE_OR_MODULE:FUNCTION")
    show.add_argument(
        "--standalone", action="store_true", help="print a file that needs NumPy alone"
    )
    show.add_argument(
        "--jit", action="store_true", help="print the loop form, which jit=True compiles"
    )
    show.add_argument(
        "--parallel", action="store_true", help="with --jit, the loops that threads share"
    )
    show.add_argument("--forward", action="store_true", help="print the tangent, which jvp runs")
    show.add_argument("--passes", action="store_true", help="print the program after each pass")
    show.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colour the source; by default on a terminal",
    )
    show.set_defaults(command=_show)
    explain = commands.add_parser(
        "explain", help="import a file and say what a gradient keeps, and why"
    )
    explain.add_argument("where", metavar="FILE_OR_MODULE:FUNCTION")
    explain.add_argument("--jit", action="store_true", help="of the code that jit=True compiles")
    explain.add_argument("--json", action="store_true", help="for other programs to read")
    explain.set_defaults(command=_explain)
    check = commands.add_parser(
        "check", help="import a file and say which functions can be differentiated"
    )
    check.add_argument("where", metavar="FILE_OR_MODULE[:FUNCTION]")
    check.set_defaults(command=_check)
    view = commands.add_parser(
        "view", help="import a file and show a derivative beside the function, as an HTML page"
    )
    view.add_argument("where", metavar="FILE_OR_MODULE:FUNCTION")
    view.add_argument(
        "-o",
        "--output",
        metavar="PAGE.html",
        help="where to write it; by default to a temporary file, which opens in a browser",
    )
    view.add_argument("--jit", action="store_true", help="show the loop form")
    view.add_argument("--forward", action="store_true", help="show the tangent, which jvp runs")
    view.set_defaults(command=_view)
    cache_command.add_to(commands)
    for command in (show, explain, check, view):
        command.set_defaults(forward=False, parallel=False)  # where there is no such option
        command.add_argument(
            "--like",
            default="",
            metavar="KINDS",
            help="the kinds of the inputs, as in 'a=float64[3], n=int'; "
            "by default what annotations say, or arrays of float64 of unknown rank",
        )
    return parser


# --- the commands -----------------------------------------------------------------------------


def _show(options: Any) -> int:
    function = _function(options.where)
    with _traced(options.passes):
        entry = _derivative(function, options)
        source = standalone(entry.source, entry.generated) if options.standalone else entry.source
    if options.passes:
        print("--- source")
    print(_coloured(source, options.color).rstrip("\n"))
    return 0


def _explain(options: Any) -> int:
    function = _function(options.where)
    found, request, specs = _asked(function, options)
    seen = explained(found, request, specs, False)
    like = read(options.like)
    params = seen.adjoint.primal.function.params
    integers = {p: like.integers[ir.base(p)] for p in params if ir.base(p) in like.integers}
    report = explanation(seen._replace(sizes=like.sizes, integers=integers), options.jit)
    print(json.dumps(report.to_dict(), indent=2) if options.json else report)
    return 0


def _check(options: Any) -> int:
    name, _, path = _split(options.where)
    module = _module(name)
    if path:
        found = _attribute(module, name, path)
        chosen = list(methods_of(found)) if isinstance(found, type) else [(path, found)]
    else:
        chosen = functions_of(module)
    if not chosen:
        raise UsageError(f"{name} defines no functions")
    refused = 0
    for qualified, function in chosen:
        function = bound(qualified, function, module)
        with shielded(function):
            verdict = survey(
                qualified, function, lambda f, specs: _described(f, specs, options.like)
            )
        print(f"{qualified}: {verdict.text}" + ("\n" if verdict.error is not None else ""))
        if verdict.error is not None:
            refused += 1
            print(_indented(f"{type(verdict.error).__name__}: {verdict.error}"), end="\n\n")
    return 1 if refused else 0


def _view(options: Any) -> int:
    from srcgrad.page.html import page
    from srcgrad.page.shown import described, written

    found = described(*_asked(_function(options.where), options))
    try:
        print(written(page(found), found.name, options.output))
    except OSError as error:
        raise UsageError(f"the page cannot be written: {error}") from None
    return 0


def _derivative(function: Any, options: Any) -> Entry:
    """The adjoint, or the tangent, for described inputs."""
    plain, request, specs = _asked(function, options)
    request = replace(request, assumes=not options.standalone)  # no other source if sizes differ
    return generate(plain, request, specs, True, None, "", False)


def _asked(function: Any, options: Any) -> tuple[Any, Request, tuple[Any, ...]]:
    """The plain function, what is asked of it, and the specs of its described inputs."""
    found = target(function)
    specs, keywords = assumed(found.function)
    first = len(found.leading)
    specs = (
        *specs_of(found.leading, True),
        *_described(found.function, specs, options.like)[first:],
    )
    argnums = tuple(range(first, len(specs)))
    request = Request(
        "jvp" if options.forward else "vjp",
        argnums,
        Options(options.jit, parallel=options.parallel),
        keywords=keywords,
        named=False,
    )
    return found.function, request, specs


def _described(function: Any, specs: tuple[Any, ...], like: str) -> tuple[Any, ...]:
    """The specs, with those that ``--like`` describes. Raises ``UsageError`` for other names."""
    try:
        given = described(like)
    except InputError as error:
        raise UsageError(error) from None
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    names = [
        param.name
        for param in parameters
        if param.kind not in (param.VAR_POSITIONAL, param.VAR_KEYWORD)
    ]
    for name in given:
        if name not in names:
            raise UsageError(
                f"{function.__name__} has no parameter `{name}`\n"
                f"  its parameters are {', '.join(names) or 'none'}"
            )
    return tuple(given.get(name, spec) for name, spec in zip(names, specs, strict=True))


@contextmanager
def _traced(passes: bool) -> Iterator[None]:
    """Print the program after each pass, if asked to."""
    before = pipeline.OPTIONS.trace
    if passes:
        pipeline.OPTIONS.trace = lambda name, function: print(f"--- {name}\n{ir.show(function)}\n")
    try:
        yield
    finally:
        pipeline.OPTIONS.trace = before


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


# --- finding the function ---------------------------------------------------------------------


def _split(where: str) -> tuple[str, str, str]:
    """``FILE_OR_MODULE:FUNCTION`` in its parts; a colon in a drive letter is none of them."""
    name, colon, path = where.rpartition(":")
    if not colon or os.sep in path or path.endswith(".py"):
        return where, "", ""
    return name, colon, path


def _function(where: str) -> Any:
    name, _, path = _split(where)
    if not path:
        raise UsageError(f"`{where}` names no function\n  try: srcgrad show {where}:FUNCTION")
    return _attribute(_module(name), name, path)


def _module(name: str) -> ModuleType:
    """Import a file or a module. Raises ``UsageError`` if there is none, or if it raises."""
    try:
        if name.endswith(".py") or os.sep in name:
            return _file(Path(name))
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        return importlib.import_module(name)
    except UsageError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise UsageError(
                f"there is no module `{name}`\n  try: a file, as in path/to/model.py:loss"
            ) from None
        raise UsageError(f"{name} cannot be imported: {error}") from error
    except (Exception, SystemExit) as error:
        raise UsageError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _attribute(module: ModuleType, name: str, path: str) -> Any:
    found: Any = module
    for part in path.split("."):
        if not hasattr(found, part):
            names = ", ".join(name for name, _ in functions_of(module))
            raise UsageError(f"{name} has no `{path}`\n  it defines: {names or 'no functions'}")
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"`{path}` in {name} is no function, but {type(found).__name__}")
    return found


# --- colour -----------------------------------------------------------------------------------


def _coloured(source: str, when: str) -> str:
    """The source with the terminal's colours, if they are wanted and Pygments is here."""
    terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    if when == "never" or (when == "auto" and not terminal):
        return source
    try:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return source
    return str(highlight(source, PythonLexer(), TerminalFormatter()))
