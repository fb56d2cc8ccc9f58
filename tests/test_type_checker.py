"""The type checker sees the calls between the parts of a pass, and their state stands in one place."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from srcgrad.backend.printing import Printing
from srcgrad.backend.unparse import Unparser
from srcgrad.differentiate.forward import _Tangents
from srcgrad.differentiate.keep import Keeper
from srcgrad.differentiate.keeping import Keeping
from srcgrad.differentiate.reverse import Sweep
from srcgrad.differentiate.sweeping import Sweeping
from srcgrad.differentiate.tangents import Tangents
from srcgrad.elaborate.elaborator import Elaborator
from srcgrad.values.abstract import Value
from srcgrad.values.walk import Walk

ROOT = Path(__file__).parent.parent

# What the parts of a pass see, and the class that puts the parts together.
INTERFACES: dict[type, type] = {
    Walk: Elaborator,
    Sweeping: Sweep,
    Keeping: Keeper,
    Tangents: _Tangents,
    Printing: Unparser,
}


def file_of(cls: type) -> Path:
    return ROOT.joinpath(*cls.__module__.split(".")).with_suffix(".py")


def definition(cls: type) -> ast.ClassDef:
    tree = ast.parse(file_of(cls).read_text())
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == cls.__name__)


def declared(interface: type) -> list[str]:
    """The methods that an interface declares for the type checker alone."""
    return [
        method.name
        for block in definition(interface).body
        if isinstance(block, ast.If)
        for method in block.body
        if isinstance(method, ast.FunctionDef)
    ]


DECLARED = {name for interface in INTERFACES for name in declared(interface)}


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda cls: cls.__name__)
def test_what_is_declared_is_there(interface: type) -> None:
    whole = INTERFACES[interface]
    assert declared(interface)
    assert not [name for name in declared(interface) if not callable(getattr(whole, name, None))]


def made(cls: type) -> Iterator[str]:
    """The attributes that the methods of a class assign to ``self``."""
    for node in ast.walk(definition(cls)):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ):
            yield node.attr


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda cls: cls.__name__)
def test_state_stands_in_one_place(interface: type) -> None:
    """What a part assigns is what the interface, or a base of it, begins with."""
    state = {name for base in interface.__mro__[:-1] for name in made(base)}
    assert state
    for part in INTERFACES[interface].__mro__[:-1]:
        assert not set(made(part)) - state, part


def kinds_of_values(cls: type = Value) -> Iterator[type]:
    yield cls
    for kind in cls.__subclasses__():
        yield from kinds_of_values(kind)


QUESTIONS = {
    name for cls in kinds_of_values() for name, item in vars(cls).items() if callable(item)
}


def asks_a_value(node: ast.AST) -> bool:
    """Whether a method of an abstract value is called, with the walk as its first argument."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in QUESTIONS
        and bool(node.args)
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id in ("self", "e")
    )


def calls(text: str) -> list[ast.Attribute]:
    """Where a file names methods of an interface or a value, the last of them first."""
    tree = ast.parse(text)
    shown = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    unplaced = {inner for node in shown for inner in ast.walk(node)}  # before Python 3.12
    asked = {node.func for node in ast.walk(tree) if asks_a_value(node)} - unplaced
    found = asked | {
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node not in unplaced
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "e")
        and node.attr in DECLARED
    }
    return sorted(found, key=lambda node: (node.end_lineno, node.end_col_offset), reverse=True)


def misspelled(path: Path) -> Iterator[tuple[Path, int, str]]:
    """Misspell all methods of interfaces that a file calls; the lines and the wrong names."""
    text = path.read_text()
    lines = text.encode().splitlines(keepends=True)
    for node in calls(text):
        line, column = int(node.end_lineno or 0), int(node.end_col_offset or 0)
        before = lines[line - 1]
        lines[line - 1] = before[:column] + b"_wrong" + before[column:]
        yield path, line, f"{node.attr}_wrong"
    path.write_bytes(b"".join(lines))


def test_misspelled_methods_are_found(tmp_path: Path) -> None:
    """Each call in the walk, in the handlers, in the sweep, in ``keep`` and in the printer."""
    pytest.importorskip("mypy")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    unread = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "srcgrad", tmp_path / "srcgrad", ignore=unread)
    folders = ("values", "handlers", "elaborate", "differentiate", "backend")
    paths = [path for name in folders for path in (tmp_path / "srcgrad" / name).glob("*.py")]
    wrong = [place for path in paths for place in misspelled(path)]
    assert len({path for path, _, _ in wrong}) > 50
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "srcgrad"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env)
    found = re.findall(r'^(\S+?):(\d+): error: .*"(\w+_wrong)"', run.stdout, re.MULTILINE)
    told = {(tmp_path / path, int(line), name) for path, line, name in found}
    missed = sorted(set(wrong) - told)
    assert not missed, run.stderr
