"""``srcgrad check``: what is said of the functions of a file, a module, a folder or a package."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from srcgrad.backend.notice import steps
from srcgrad.cli.asking import add_like, given_by, refuse_unknown, with_given
from srcgrad.cli.check import Finding, bound, functions_of, methods_of, survey
from srcgrad.cli.finding import UsageError, attribute, module_of, modules_in, split
from srcgrad.dispatch.target import target
from srcgrad.errors import shielded

EXAMPLES = """examples:
  srcgrad check model.py
  srcgrad check model.py:Net                       (the methods of a class)
  srcgrad check model.py:loss --like 'w=float64[n]'
  srcgrad check src/ --json                        (every file of a folder, or of a package)
"""


@dataclass(frozen=True)
class Of:
    """The findings of one file; or why it cannot be imported."""

    name: str
    findings: tuple[Finding, ...]
    broken: str = ""


def add_to(commands: Any, form: Any) -> None:
    """Add the command to those of the command line."""
    check = commands.add_parser(
        "check",
        help="import files and say which functions can be differentiated",
        epilog=EXAMPLES,
        formatter_class=form,
    )
    check.add_argument("where", metavar="FILE_OR_FOLDER_OR_MODULE[:FUNCTION]")
    check.add_argument("--json", action="store_true", help="for other programs to read")
    check.set_defaults(command=run)
    add_like(check)


def run(options: Any) -> int:
    """Say it of each function; 1 if one is refused, or a file of a folder cannot be imported."""
    name, path = split(options.where)
    files = [name] if path else modules_in(name)
    several = files != [name]
    named: dict[str, list[Any]] = {}
    broken: dict[str, str] = {}
    for file in files:
        try:
            named[file] = functions_in(file, path)
        except UsageError as error:
            if not several:
                raise
            broken[file] = str(error).removeprefix(f"{file} ")
    if not several and not named[name]:
        raise UsageError(f"{name} defines no functions")
    given = given_by(options.like)
    if given:
        every = [bound(*each) for chosen in named.values() for each in chosen]
        refuse_unknown(given, [target(function).function for function in every])
    with steps("checking", sum(map(len, named.values()))) as step:
        found = [
            Of(
                file,
                tuple(findings(named.get(file, []), given, file, step)),
                broken.get(file, ""),
            )
            for file in files
        ]
    if options.json:
        print(json.dumps(as_json(found), indent=2))
    else:
        for of in found:
            printed(of, several)
        if several:
            print(summary(found))
    return 1 if any(of.broken or any(f.error for f in of.findings) for of in found) else 0


def functions_in(file: str, path: str) -> list[tuple[str, Any, Any]]:
    """Names, functions, and the module that they stand in."""
    module = module_of(file)
    if path:
        found = attribute(module, file, path)
        chosen = list(methods_of(found)) if isinstance(found, type) else [(path, found)]
    else:
        chosen = functions_of(module)
    return [(name, function, module) for name, function in chosen]


def findings(
    named: list[tuple[str, Any, Any]], given: dict[str, Any], file: str, step: Any
) -> Iterator[Finding]:
    """What is said of each function."""
    for qualified, function, module in named:
        step(f"{file}:{qualified}")
        whole = bound(qualified, function, module)
        with shielded(whole):
            yield survey(qualified, whole, lambda f, specs: with_given(f, specs, given))


# --- what is printed ------------------------------------------------------------------------------


def printed(of: Of, several: bool) -> None:
    """Print the findings of a file; refusals are indented below the name."""
    margin = ""
    if several and (of.broken or of.findings):
        margin = "  "
        print(of.name + (f": {of.broken}" if of.broken else ""))
    for finding in of.findings:
        refused = finding.error is not None
        print(f"{margin}{finding.name}: {finding.text}" + ("\n" if refused else ""))
        if refused:
            text = f"{type(finding.error).__name__}: {finding.error}"
            print(indented(text, margin + "    "), end="\n\n")


def indented(text: str, margin: str) -> str:
    return "\n".join(f"{margin}{line}".rstrip() for line in text.splitlines())


def counts(found: list[Of]) -> dict[str, int]:
    """How many functions there are of which this is said."""
    said = Counter(
        f.text if f.text in ("differentiable", "refused") else "nothing to differentiate"
        for of in found
        for f in of.findings
    )
    return {
        "files": len(found),
        "functions": sum(said.values()),
        "differentiable": said["differentiable"],
        "nothing to differentiate": said["nothing to differentiate"],
        "refused": said["refused"],
        "not imported": sum(bool(of.broken) for of in found),
    }


def summary(found: list[Of]) -> str:
    """The counts, in one line."""
    number = counts(found)
    nothing, broken = number["nothing to differentiate"], number["not imported"]
    said = [
        f"{number['differentiable']} differentiable",
        f"{nothing} with nothing to differentiate" if nothing else "",
        f"{number['refused']} refused",
        f"{plural(broken, 'file')} not imported" if broken else "",
    ]
    heads = (plural(number["functions"], "function"), plural(number["files"], "file"))
    return f"{' in '.join(heads)}: {', '.join(filter(None, said))}"


def plural(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def as_json(found: list[Of]) -> dict[str, Any]:
    """The findings, and how many there are."""
    return {
        "files": [
            {
                "file": of.name,
                "error": of.broken or None,
                "functions": [
                    {
                        "name": f.name,
                        "verdict": f.text,
                        "error": type(f.error).__name__ if f.error else None,
                        "message": str(f.error) if f.error else None,
                    }
                    for f in of.findings
                ],
            }
            for of in found
        ],
        "summary": counts(found),
    }
