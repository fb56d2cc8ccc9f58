"""Every block of README.md and docs/ is run, and what it prints is compared to the letter.

A ``python`` block is run in the namespace of its page; if its first line is ``# name.py``, it is a
file of that name. A block ``output`` (or ``python output``) below it holds what it prints, or the
error that it ends with. In a ``console`` block each ``$ srcgrad ...`` is run. ``SRCGRAD_UPDATE=1``
writes what is printed into the pages instead.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import linecache
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.commands import main

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md"] + sorted(
    page for page in DOCS.rglob("*.md") if page.relative_to(DOCS).parts[0] not in ("_build", "news")
)
BLOCK = re.compile(r"^```(.+)\n((?:.*\n)*?)^```$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)]*))?\)")
# Each with the package of its name.
JOINED = ("srcgrad.scipy", "srcgrad.torch", "srcgrad.jax", "srcgrad.pytensor")
MODULES = ("srcgrad", "srcgrad.rules", "srcgrad.testing", "srcgrad.distributed", *JOINED)
OPTIONAL = re.compile(
    r"^(?:import|from) (torch|jax|pytensor|dask|joblib|pandas|xarray)\b", re.MULTILINE
)
NOT_RUN = ("sh", "text", "{")  # what installs and .ci/run runs; what is read; what the site makes


class Page:
    """One page while it is run: a folder, a namespace, what the last block printed."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.folder = folder
        self.module = ModuleType(f"page_{path.stem.lower()}")
        self.text = path.read_text()
        self.failures: list[str] = []
        self.names: dict[str, int] = {}

    def run(self) -> str:
        """Run all blocks in order; the text of the page as it should be."""
        sys.modules[self.module.__name__] = self.module
        printed: str | None = None
        parts, end = [], 0
        for match in BLOCK.finditer(self.text):
            info, body = match[1].strip(), match[2]
            line = self.text.count("\n", 0, match.start()) + 2
            new = body
            if info.endswith("output"):
                assert printed is not None, f"line {line}: nothing was run that could print this"
                new = self.compare(body, printed, line)
                printed = None
            elif info == "console":
                new = "".join(self.command(part, line) for part in commands(body))
            elif info == "python":
                self.nothing_left(printed, line)
                printed = self.python(body, line)
            else:
                assert info.startswith(NOT_RUN), f"line {line}: what is a block of {info}?"
            parts += [self.text[end : match.start(2)], new]
            end = match.end(2)
        self.nothing_left(printed, self.text.count("\n"))
        return "".join([*parts, self.text[end:]])

    def nothing_left(self, printed: str | None, line: int) -> None:
        if printed:
            self.failures.append(f"line {line}: above this is printed, but not shown\n{printed}")

    def python(self, body: str, line: int) -> str:
        """What the code prints, and the error that it ends with."""
        name = re.match(r"# (\w+)\.py\n", body)
        if name:
            return self.file(name[1], body)
        filename = self.filename(body)
        linecache.cache[filename] = (len(body), None, body.splitlines(True), filename)
        return run(lambda: exec(compile(body, filename, "exec"), vars(self.module)))

    def filename(self, body: str) -> str:
        """What generated code calls a block: by what it defines, which other blocks do not change."""
        defined = re.search(r"^(?:def|class) (\w+)", body, re.MULTILINE)
        name = f"<{self.path.name}: {defined[1] if defined else 'a block'}>"
        number = self.names[name] = self.names.get(name, 0) + 1
        return name if number == 1 else f"{name[:-1]}, {number}>"

    def file(self, name: str, body: str) -> str:
        path = self.folder / f"{name}.py"
        path.write_text(body)
        module = ModuleType(name)
        module.__file__ = str(path)
        sys.modules[name] = module
        printed = run(lambda: exec(compile(body, str(path), "exec"), vars(module)))
        vars(self.module).update((k, v) for k, v in vars(module).items() if not k.startswith("_"))
        return printed

    def command(self, body: str, line: int) -> str:
        first, _, expected = body.partition("\n")
        words = shlex.split(first.removeprefix("$ "))
        assert words[0] == "srcgrad", f"line {line}: {first}"
        printed = run(lambda: main(words[1:]))
        return f"{first}\n{self.compare(expected, printed, line)}"

    def compare(self, expected: str, printed: str, line: int) -> str:
        printed = printed.replace(f"{self.folder}{os.sep}", "")
        if doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS):
            return expected
        self.failures.append(f"line {line}: expected\n{expected}\nbut this is printed\n{printed}")
        return printed


def commands(body: str) -> list[str]:
    return [f"$ {part}" for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]]


def run(action: Any) -> str:
    """What is printed, on both streams; an error as the last lines of its traceback."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        try:
            action()
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    lines = [line.rstrip() for line in stream.getvalue().rstrip("\n").split("\n")]
    return "\n".join(lines) + "\n" if lines != [""] else ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])  # where workers look for its files
    monkeypatch.setitem(sys.modules, "model", ModuleType("model"))
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_page(path: Path, folder: Path) -> None:
    page = Page(path, folder)
    for name in OPTIONAL.findall(page.text):
        pytest.importorskip(name)
    text = page.run()
    if os.environ.get("SRCGRAD_UPDATE"):
        assert "InternalError: " not in text, "a defect is no documentation"
        path.write_text(text)
    else:
        assert not page.failures, "\n\n".join(page.failures)


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_links(path: Path) -> None:
    """Links between the pages, to their headings, to pictures and files, lead somewhere."""
    for link, heading in LINK.findall(BLOCK.sub("", path.read_text())):
        if "://" in link:
            continue
        target = path.parent / link if link else path
        assert target.exists(), f"{path.name} links to {link}"
        assert not heading or heading in anchors(target), f"{path.name} links to {link}#{heading}"


def anchors(page: Path) -> set[str]:
    """What links to the headings of a page are written with."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def test_each_page_is_in_the_contents() -> None:
    """The contents that pages list name each page of the site once, and no other."""
    listed = []
    for page in PAGES[1:]:
        contents = "\n".join(
            re.findall(r"^```{toctree}\n(.*?)^```$", page.read_text(), re.M | re.S)
        )
        names = re.findall(r"^(?!gallery/)[\w/.-]+$", contents, re.M)  # it is made of examples/
        listed += [(page.parent / f"{name}.md").resolve() for name in names]
    assert sorted(listed) == sorted(page for page in PAGES[1:] if page != DOCS / "index.md")


@pytest.mark.parametrize("module", MODULES)
def test_each_public_name_is_in_the_reference(module: str) -> None:
    text = "".join(page.read_text() for page in (DOCS / "reference").glob("*.md"))
    documented = re.findall(r"^\.\. auto\w+:: (srcgrad[\w.]*)$", text, re.M)
    assert len(documented) == len(set(documented))
    public = imported(module).__all__
    assert not {f"{module}.{name}" for name in public if name != "__version__"} - {*documented}


def imported(module: str) -> Any:
    if module in JOINED:
        pytest.importorskip(module.removeprefix("srcgrad."))
    return importlib.import_module(module)


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_public_names(module: str, folder: Path) -> None:
    public = imported(module)
    finder = doctest.DocTestFinder(recurse=False)
    for name in public.__all__:
        known = {"np": np, "srcgrad": srcgrad}
        for test in finder.find(getattr(public, name), f"{module}.{name}", globs=known):
            out = io.StringIO()
            doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=out.write)
            assert not out.getvalue(), out.getvalue()


def test_the_list_of_functions() -> None:
    pytest.importorskip("scipy")
    command = [sys.executable, str(DOCS / "known_functions.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    printed = done.stdout
    numpy, special = (printed.split(f"## {name}\n")[1] for name in ("numpy", "scipy.special"))
    known, others = numpy.split("## ")[0].split("With the derivative zero:")
    constant, without = others.split("Without a derivative, for constants only:")
    assert "`einsum`" in known and "`argmax`" in constant and "`unique_all`" in without
    assert "Followed as they are written: " in known and "`trim_zeros`" in known
    assert "`gammaln`" in special and "`eval_legendre` (by x)" in special
    versions = [".".join(version(name).split(".")[:2]) for name in ("numpy", "scipy")]
    if versions == ["2.4", "1.17"]:  # for which ``not_differentiated.txt`` was made
        assert "Of which nothing is said: none" in printed
