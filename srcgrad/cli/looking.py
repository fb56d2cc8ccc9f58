"""``srcgrad explain`` and ``srcgrad view``: what a derivative keeps, and a page that shows it."""

from __future__ import annotations

import json
from typing import Any

from srcgrad.cli.asking import WHERE, add_like, asked
from srcgrad.cli.finding import UsageError, function_of
from srcgrad.cli.like import read
from srcgrad.dispatch.explained import explained
from srcgrad.explaining.explain import explanation
from srcgrad.ir import nodes as ir

OF_EXPLAIN = """examples:
  srcgrad explain model.py:loss --like 'w=float64[300], steps=100'
  srcgrad explain model.py:loss --like 'w=float64[300]' --jit --json
"""
OF_VIEW = """examples:
  srcgrad view model.py:loss                           (opens in a browser)
  srcgrad view model.py:loss --like 'w=float64[n]' -o loss.html
"""


def add_to(commands: Any, form: Any) -> None:
    """Add the commands to those of the command line."""
    explain = commands.add_parser(
        "explain",
        help="import a file and say what a gradient keeps, and why",
        epilog=OF_EXPLAIN,
        formatter_class=form,
    )
    explain.add_argument("where", metavar=WHERE)
    explain.add_argument("--jit", action="store_true", help="of the code that jit=True compiles")
    explain.add_argument("--json", action="store_true", help="for other programs to read")
    explain.set_defaults(command=run_explain)
    view = commands.add_parser(
        "view",
        help="import a file and show a derivative beside the function, as an HTML page",
        epilog=OF_VIEW,
        formatter_class=form,
    )
    view.add_argument("where", metavar=WHERE)
    view.add_argument(
        "-o",
        "--output",
        metavar="PAGE.html",
        help="where to write it; by default to a temporary file, which opens in a browser",
    )
    view.add_argument("--jit", action="store_true", help="show the loop form")
    view.add_argument("--forward", action="store_true", help="show the tangent, which jvp runs")
    view.set_defaults(command=run_view)
    for command in (explain, view):
        add_like(command)


def run_explain(options: Any) -> int:
    """Print what a gradient keeps, and why."""
    found = report(function_of(options.where, "explain"), options)
    print(json.dumps(found.to_dict(), indent=2) if options.json else found)
    return 0


def report(function: Any, options: Any) -> Any:
    """What a gradient keeps, for described inputs."""
    found, request, specs = asked(function, options)
    seen = explained(found, request, specs, False)
    like = read(options.like)
    params = seen.adjoint.primal.function.params
    integers = {p: like.integers[ir.base(p)] for p in params if ir.base(p) in like.integers}
    return explanation(seen._replace(sizes=like.sizes, integers=integers), options.jit)


def run_view(options: Any) -> int:
    """Write the page, and print where it is."""
    from srcgrad.page.html import page
    from srcgrad.page.shown import described, written

    found = described(*asked(function_of(options.where, "view"), options))
    try:
        print(written(page(found), found.name, options.output))
    except OSError as error:
        raise UsageError(f"the page cannot be written: {error}") from None
    return 0
