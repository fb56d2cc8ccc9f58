"""Every block of README.md and docs/ is run, and what it prints is compared to the letter.

A ``python`` block is run in the namespace of its page; if its first line is ``# name.py``, it is a
file of that name. A block ``output`` (or ``python output``) below it holds what it prints, or the
error that it ends with. In a ``console`` block each ``$ srcgrad ...`` is run. ``SRCGRAD_UPDATE=1``
writes what is printed into the pages instead.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import linecache
import os
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from srcgrad.cli.commands import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(.+)\n((?:.*\n)*?)^```$", re.MULTILINE)
NOT_RUN = {"sh"}  # the two commands that install; .ci/run runs them


class Page:
    """One page while it is run: a folder, a namespace, what the last block printed."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.folder = folder
        self.module = ModuleType(f"page_{path.stem.lower()}")
        self.text = path.read_text()
        self.failures: list[str] = []
        self.blocks = 0

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
                assert info in NOT_RUN, f"line {line}: what is a block of {info}?"
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
        self.blocks += 1
        filename = f"<{self.path.name}, block {self.blocks}>"
        linecache.cache[filename] = (len(body), None, body.splitlines(True), filename)
        return run(lambda: exec(compile(body, filename, "exec"), vars(self.module)))

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
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "model", ModuleType("model"))
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page(path: Path, folder: Path) -> None:
    page = Page(path, folder)
    text = page.run()
    if os.environ.get("SRCGRAD_UPDATE"):
        assert "InternalError: " not in text, "a defect is no documentation"
        path.write_text(text)
    else:
        assert not page.failures, "\n\n".join(page.failures)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links(path: Path) -> None:
    """Links between the pages, and to files of the repository, lead somewhere."""
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in link:
            assert (path.parent / link).exists(), f"{path.name} links to {link}"
