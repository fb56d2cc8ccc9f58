"""The functions that a command is about: ``FILE_OR_MODULE:FUNCTION``, imported."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from srcgrad.cli.check import bound, functions_of

SKIPPED = ("__pycache__", "build", "dist", "node_modules", "site-packages", "venv")  # folders


class UsageError(Exception):
    """What was asked for does not exist or cannot be read; the message is for the user."""


def split(where: str) -> tuple[str, str]:
    """``FILE_OR_MODULE:FUNCTION`` in its parts; a colon in a drive letter parts nothing."""
    name, colon, path = where.rpartition(":")
    if not colon or os.sep in path or path.endswith(".py"):
        return where, ""
    return name, path


def function_of(where: str, command: str = "show") -> Any:
    """The function of that name; a method is a function of what makes its object, and its inputs.

    Raises ``UsageError`` where there is none.
    """
    name, path = split(where)
    if not path:
        names = ", ".join(found for found, _ in functions_of(module_of(name)))
        raise UsageError(
            f"`{where}` names no function\n  it defines: {names or 'no functions'}\n"
            f"  try: srcgrad {command} {where}:FUNCTION"
        )
    module = module_of(name)
    return bound(path, attribute(module, name, path), module)


def module_of(name: str) -> ModuleType:
    """Import a file or a module. Raises ``UsageError`` if there is none, or if it raises.

    What it prints goes to standard error: the output of a command may be read by other programs.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
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
    root, dotted = package_of(path.resolve())
    if sys.path[:1] != [str(root)]:
        sys.path.insert(0, str(root))
    if "." in dotted or path.stem == "__init__":
        found = importlib.import_module(dotted)
        if Path(found.__file__ or "").resolve() == path.resolve():
            return found
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def package_of(path: Path) -> tuple[Path, str]:
    """The folder that a file is imported from, and its name there: inside of packages, a dotted one."""
    parts = [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return folder, ".".join(parts)


def attribute(module: ModuleType, name: str, path: str) -> Any:
    """What stands in a module under a dotted path. Raises ``UsageError`` if nothing that is called does."""
    found: Any = module
    for part in path.split("."):
        if not hasattr(found, part):
            names = ", ".join(name for name, _ in functions_of(module))
            raise UsageError(f"{name} has no `{path}`\n  it defines: {names or 'no functions'}")
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"`{path}` in {name} is no function, but {type(found).__name__}")
    return found


def modules_in(where: str) -> list[str]:
    """The files of a folder, or of the folder of a package; else the file or module itself."""
    folder = Path(where)
    if not folder.is_dir():
        located = _package_folder(where) if not where.endswith(".py") else None
        if located is None:
            return [where]
        folder = located
    found = sorted(_files(folder))
    if not found:
        raise UsageError(f"there is no Python file in {folder}")
    return [str(path) for path in found]


def _package_folder(name: str) -> Path | None:
    """The folder of a package that can be imported; None for a plain module, or for no module."""
    if os.sep in name or not all(part.isidentifier() for part in name.split(".")):
        return None
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    places = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(places))) if places else None


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if not entry.name.startswith(".") and entry.name not in SKIPPED:
                yield from _files(entry)
        elif entry.suffix == ".py" and entry.name not in ("setup.py", "conftest.py", "__main__.py"):
            yield entry
