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


@functools.cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(path_of(module).read_text())


def imports(module: str, top_level: bool = False) -> Iterator[str]:
    """The dotted names that a module imports."""
    tree = tree_of(module)
    for node in at_import(tree) if top_level else ast.walk(tree):
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


def test_imports_go_one_way() -> None:
    upwards = []
    for module in modules():
        for name in imports(module):
            if name.split(".")[0] != "srcgrad":
                continue
            target = name.removeprefix("srcgrad").removeprefix(".") or "__init__"
            target = target.removesuffix(".__init__")
            if target == "__init__" or (module, target) in EXCEPTIONS:
                continue
            if layer(target) > layer(module):
                upwards.append(f"{module} imports {target}, which builds on it")
    assert not upwards, "\n".join(upwards)


ON_DEMAND = (  # as a whole
    *("backend.numba_overloads", "definitions.scipy_", "rules.on_demand."),
    *("scipy", "torch", "jax", "pytensor"),
)


def test_optional_packages_are_imported_on_demand() -> None:
    at_once = [
        f"{module} imports {name} when it is imported"
        for module in modules()
        if not module.startswith(ON_DEMAND)
        for name in imports(module, top_level=True)
        if name.split(".")[0] in OPTIONAL
    ]
    assert not at_once, "\n".join(at_once)


def test_files_are_short() -> None:
    counts = {path: len((ROOT / path).read_text().splitlines()) for path in SOURCES}
    assert counts
    assert {path: count for path, count in counts.items() if count > LINES} == {}


def test_modules_say_what_they_are_for() -> None:
    assert [module for module in modules() if not ast.get_docstring(tree_of(module))] == []


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


def test_folders_are_small() -> None:
    folders = {PACKAGE, *(p.parent for p in PACKAGE.rglob("*.py"))}
    assert [path for path in folders if len(list(path.glob("*.py"))) > FILES] == []


def test_the_type_checker_is_not_blinded() -> None:
    """No attribute of any name, no walk of any type, no state that comes to be on the way."""
    assert [
        f"{module}:{node.lineno}"
        for module in modules()
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef | ast.arg | ast.Attribute | ast.Subscript)
        if is_blinding(node)
    ] == []


def is_blinding(node: ast.FunctionDef | ast.arg | ast.Attribute | ast.Subscript) -> bool:
    if isinstance(node, ast.FunctionDef):
        of_any_name = node.name == "__getattr__"
        return of_any_name and (node.returns is None or ast.unparse(node.returns) == "Any")
    if isinstance(node, ast.arg):
        return (
            node.arg == "e"
            and node.annotation is not None
            and (ast.unparse(node.annotation) == "Any")
        )
    state = node.value
    is_state = isinstance(state, ast.Attribute) and state.attr == "__dict__"
    return is_state and isinstance(state.value, ast.Name) and state.value.id == "self"


@pytest.mark.parametrize(
    "text",
    [
        "def __getattr__(self, name): pass",
        "def __getattr__(self, name) -> Any: pass",
        "def eval_call(self, e: Any): pass",
        "self.__dict__[name] = value",
        "self.__dict__.get(name).size",
    ],
)
def test_such_a_blinding_would_be_found(text: str) -> None:
    kinds = (ast.FunctionDef, ast.arg, ast.Attribute, ast.Subscript)
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    assert any(map(is_blinding, nodes))


PASSES = ("analysis", "differentiate", "optimize", "backend", "elaborate")
NUMBERS = {"float", "int", "bool", "complex"}  # kinds that are named as operations are


def tables(tree: ast.Module, operations: set[str]) -> Iterator[str]:
    """The literals at the level of a module that name several operations."""
    for node in tree.body:
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and value is not None:
            names = {part.value for part in ast.walk(value) if isinstance(part, ast.Constant)}
            if len(names & operations) > 1:
                yield ast.unparse(node)


def test_no_pass_holds_a_table_of_operations() -> None:
    """What is known of an operation stands on its record, ``rules.operation.Op``."""
    import srcgrad.pipeline  # noqa: F401  (registers all rules)
    from srcgrad.rules.operation import OPS

    operations = set(OPS) - NUMBERS
    for module in modules():
        if module.startswith(PASSES):
            assert not list(tables(tree_of(module), operations)), module


def test_such_a_table_would_be_found() -> None:
    text = 'SUMS = {"np.sum", "np.mean"}\nOTHER = ("np.sum", "apple")\n'
    assert list(tables(ast.parse(text), {"np.sum", "np.mean"})) == ["SUMS = {'np.sum', 'np.mean'}"]
