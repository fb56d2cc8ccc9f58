"""The layout of the code: imports go one way, files stay short, importing is cheap."""

from __future__ import annotations

import ast
import functools
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
FILES = 40
OPTIONAL = (
    *("numba", "torch", "jax", "scipy", "matplotlib", "pygments", "autograd"),
    *("pytensor", "dask", "distributed", "joblib", "pandas", "xarray"),
)

# Each layer may import from itself and from those above it.
LAYERS = [
    ("errors", "version", "tracebacks"),
    ("ir",),
    ("runtime",),
    ("definitions",),
    ("source",),
    ("rules",),
    ("values",),
    ("handlers",),
    ("elaborate",),
    ("analysis",),
    ("differentiate", "optimize"),
    ("loopform",),
    ("backend",),
    ("stages", "pipeline"),
    ("dispatch",),
    ("api", "checkpointing", "defining", "solving"),
    ("explaining",),
    ("page",),
    ("gradient", "primal"),
    ("calls",),
    ("cli",),
    ("__init__", "notebook", "testing"),
    ("scipy", "torch", "jax", "pytensor", "distributed"),
    ("__main__",),
]

# Imports inside of functions, which break a cycle on purpose.
EXCEPTIONS: set[tuple[str, str]] = set()


@functools.cache
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
            "rules.on_demand.",
            "scipy",
            "torch",
            "jax",
            "pytensor",
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


def test_no_circle_of_imports() -> None:
    """Also through imports inside functions and those for type hints alone."""
    arrows: dict[str, set[str]] = {}
    named = set(modules())
    for module in named:
        # of srcgrad's own: `scipy` is another package than `srcgrad.scipy`
        own = (name for name in imports(module) if name.startswith("srcgrad."))
        targets = (name.removeprefix("srcgrad.") for name in own)
        arrows[module] = {
            found
            for target in targets
            for found in (target, f"{target}.__init__")
            if found in named and found != module
        }
    while free := [module for module, to in arrows.items() if not to & arrows.keys()]:
        for module in free:
            del arrows[module]
    assert not arrows, f"these import each other: {sorted(arrows)}"


@pytest.mark.parametrize("folder", sorted({PACKAGE, *(p.parent for p in PACKAGE.rglob("*.py"))}))
def test_folders_are_small(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= FILES


@pytest.mark.parametrize("module", modules())
def test_the_type_checker_is_not_blinded(module: str) -> None:
    """No attribute of any name, no walk of any type, no state that comes to be on the way."""
    for node in ast.walk(ast.parse(path_of(module).read_text())):
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            assert node.returns is not None and ast.unparse(node.returns) != "Any"
        if isinstance(node, ast.arg) and node.arg == "e":
            assert node.annotation is None or ast.unparse(node.annotation) != "Any", node.lineno
        if isinstance(node, ast.Attribute | ast.Subscript):
            assert not ast.unparse(node).startswith(("self.__dict__.", "self.__dict__["))


PASSES = ("analysis", "differentiate", "optimize", "backend", "elaborate")
NUMBERS = {"float", "int", "bool", "complex"}  # kinds that are named as operations are


def tables(text: str, operations: set[str]) -> Iterator[str]:
    """The literals at the level of a module that name several operations."""
    for node in ast.parse(text).body:
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and value is not None:
            names = {part.value for part in ast.walk(value) if isinstance(part, ast.Constant)}
            if len(names & operations) > 1:
                yield ast.unparse(node)


@pytest.mark.parametrize("module", [m for m in modules() if m.startswith(PASSES)])
def test_no_pass_holds_a_table_of_operations(module: str) -> None:
    """What is known of an operation stands on its record, ``rules.operation.Op``."""
    import srcgrad.pipeline  # noqa: F401  (registers all rules)
    from srcgrad.rules.operation import OPS

    assert not list(tables(path_of(module).read_text(), set(OPS) - NUMBERS))


def test_such_a_table_would_be_found() -> None:
    text = 'SUMS = {"np.sum", "np.mean"}\nOTHER = ("np.sum", "apple")\n'
    assert list(tables(text, {"np.sum", "np.mean"})) == ["SUMS = {'np.sum', 'np.mean'}"]
