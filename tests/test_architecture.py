"""The layout of the code: imports go one way, files stay short, importing is cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "srcgrad"
FOLDERS = ("srcgrad", "tests", "examples", "benchmarks")
SOURCES = sorted(
    path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")
)
LINES = 400
OPTIONAL = ("numba", "torch", "jax", "scipy", "matplotlib", "pygments", "autograd")

# Each layer may import from itself and from those above it.
LAYERS = [
    ("errors",),
    ("kinds", "lexical", "origin", "sources"),
    ("ir", "surgery", "procedures", "verify"),
    ("runtime",),
    ("definitions",),
    ("rules.registry", "rules.facts", "rules.template", "build"),
    ("rules",),
    ("frontend",),
    ("analysis",),
    ("forward", "reverse", "sweep"),
    ("optimize",),
    ("backend",),
    ("pipeline",),
    ("dispatch", "pull", "halves", "tangents"),
    ("rebuilt",),
    ("pickles",),
    ("api",),
    ("gradient",),
    ("__init__", "cache_command", "cli", "survey", "testing", "rulecheck", "agreement"),
    ("__main__",),
]

# Imports inside of functions, which break a cycle on purpose.
EXCEPTIONS: set[tuple[str, str]] = set()


def modules() -> list[str]:
    """All modules of the package by their dotted path below it."""
    found = [path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py")]
    return sorted(".".join(path.parts) for path in found)


def layer(module: str) -> int:
    """The number of the layer of a module; the longest prefix in the table counts."""
    named = [
        (len(name), number)
        for number, names in enumerate(LAYERS)
        for name in names
        if module == name or module.startswith(name + ".")
    ]
    assert named, f"{module} belongs to no layer of the table"
    return max(named)[1]


def path_of(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def imports(module: str, top_level: bool = False) -> Iterator[str]:
    """The dotted names that a module imports."""
    tree = ast.parse(path_of(module).read_text())
    nodes = list(at_import(tree)) if top_level else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide where they lead"
            for alias in node.names:
                dotted = f"{node.module}.{alias.name}"
                is_module = dotted.removeprefix("srcgrad.") in KNOWN
                yield dotted if is_module else str(node.module)


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from at_import(node)


KNOWN = set(modules()) | {module.removesuffix(".__init__") for module in modules()}


@pytest.mark.parametrize("module", modules())
def test_imports_go_one_way(module: str) -> None:
    for name in imports(module):
        if name.split(".")[0] != "srcgrad":
            continue
        target = name.removeprefix("srcgrad").removeprefix(".") or "__init__"
        target = target.removesuffix(".__init__")
        if target == "__init__" or (module, target) in EXCEPTIONS:
            continue
        assert layer(target) <= layer(module), f"{module} imports {target}, which builds on it"


@pytest.mark.parametrize("module", modules())
def test_optional_packages_are_imported_on_demand(module: str) -> None:
    if module.startswith(
        (
            "backend.numba_overloads",
            "definitions.scipy_",
            "rules.on_demand.special",
            "rules.on_demand.linalg",
        )
    ):
        return  # imported on demand as a whole
    for name in imports(module, top_level=True):
        assert name.split(".")[0] not in OPTIONAL, f"{module} imports {name} when it is imported"


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_files_are_short(path: Path) -> None:
    count = len((ROOT / path).read_text().splitlines())
    assert count <= LINES, f"{path} has {count} lines"


@pytest.mark.parametrize("module", modules())
def test_modules_say_what_they_are_for(module: str) -> None:
    assert ast.get_docstring(ast.parse(path_of(module).read_text()))


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout.strip()


def test_importing_loads_no_optional_package() -> None:
    loaded = run("import sys, srcgrad; print(*{m.split('.')[0] for m in sys.modules})").split()
    assert not set(OPTIONAL) & set(loaded)
