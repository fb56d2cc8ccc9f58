"""What Numba's errors say: the line that they are about, and the reason in one sentence."""

from __future__ import annotations

import re

from srcgrad import runtime


def line_of(error: Exception, file: str) -> int:
    """The line of the generated file that an error is about; 0 if it names none."""
    loc = getattr(error, "loc", None)
    if loc is not None and loc.filename == file:
        return int(loc.line)
    name = re.escape(file.rpartition("/")[2])
    found = re.findall(rf'(?:File "[^"\n]*{name}", line |[^\s"]*{name} ?\()(\d+)', str(error))
    return int(found[-1]) if found else 0


def as_python(name: str) -> str:
    """Why a function that Numba does not know cannot be compiled: some of srcgrad's call Python."""
    module = getattr(getattr(runtime, name, None), "__module__", "").rpartition(".")[2]
    if module == "given":
        return "what was handed to srcgrad.defvjp runs as Python"
    if module in ("solving", "flows", "integrals"):
        return "a solver, and what it calls, run as Python"
    if name.startswith("as_cached"):
        return "a function has a cache, which is asked for what it holds, in Python"
    if module:
        return f"the derivative of this line needs `{name}`, which has no compiled form for it"
    return f"Numba has no implementation of {name}"


def sentence(error: Exception) -> str:
    """What Numba refuses, in one sentence: the first line of its message that says it."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    missing = re.search(
        r"No implementation of function Function\((.*?)\) found for signature:"
        r"\s*>>> ?([^\n]*)",
        text,
    )
    if missing is not None:
        return as_python(re.sub(r"\(.*", "", missing[2].strip()))
    unknown = re.search(r"Untyped global name '(\w+)'", text)
    if unknown is not None:
        return as_python(unknown[1])
    skipped = ("Failed in nopython mode", "- Resolution failure", "During: ", "File ", "There are")
    lines = (line.strip() for line in text.splitlines())
    return next((x for x in lines if x and not x.startswith(skipped)), type(error).__name__)
