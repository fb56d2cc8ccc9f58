"""The state of one function while it is being written: lines, scope, and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.randomgen.chooser import Chooser
from tests.randomgen.kinds import Array, Kind, Shape, Variable
from tests.randomgen.knobs import Knobs

INDENT = "    "
BOUND = 3.0  # the magnitude that variables are assumed, and expressions are made, to keep
LETTERS = "uvwpqrstyz"


@dataclass(frozen=True)
class Parameter:
    """A helper's parameter; the default is the text of a constant, `stored` says it is written."""

    name: str
    kind: Kind
    default: str | None = None
    stored: bool = False


@dataclass(frozen=True)
class Helper:
    """A function that the program may call; `result` is None for a procedure."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind | None
    lines: tuple[str, ...]
    features: frozenset[str]


@dataclass
class Writer:
    """One function under construction."""

    chooser: Chooser
    knobs: Knobs
    level: int
    dims: tuple[int, ...]
    helpers: list[Helper] = field(default_factory=list)
    results: tuple[Kind, ...] = ()
    arguments: frozenset[str] = frozenset()  # parameters that still hold what was passed
    container: str = "tuple"
    auxiliary: str = ""  # the form of the auxiliary value that is returned
    unshared: bool = False  # results are no views of arguments, at level 1
    scope: dict[str, Variable] = field(default_factory=dict)
    features: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    indent: int = 1
    budget: int = 12
    loops: int = 0
    outer: frozenset[str] = frozenset()
    names: set[str] = field(default_factory=set)
    irregular: bool = False  # a break, continue or return has been written in the innermost loop
    leaves: bool = False  # the block that is being written always leaves its loop or the function
    continuable: bool = False  # a `continue` here leads to the next iteration
    iterated: frozenset[str] = frozenset()  # lists that a loop around runs over

    def emit(self, text: str) -> None:
        """Write one line at the present indentation."""
        self.lines.append(INDENT * self.indent + text)

    def mark(self, *features: str) -> None:
        """Note that the program uses these features."""
        self.features.update(features)

    def fresh(self, letters: str = LETTERS) -> str:
        """A name that this function has not used yet."""
        free = [letter for letter in letters if letter not in self.names]
        if free:
            name = self.chooser.pick(free)
        else:
            stem, number = self.chooser.pick(letters), 1
            while f"{stem}{number}" in self.names:
                number += 1
            name = f"{stem}{number}"
        self.names.add(name)
        return name

    def bind(self, name: str, kind: Kind, *, buffer: bool = False, fixed: bool = False) -> None:
        """Record an assignment; the newest variables come last and are read most."""
        self.names.add(name)
        self.scope.pop(name, None)
        self.scope[name] = Variable(name, kind, buffer, fixed)

    def touch(self, name: str) -> None:
        """Record that a variable was written into."""
        self.scope[name] = self.scope.pop(name)

    def having(self, accept: Callable[[Kind], bool]) -> list[Variable]:
        """The variables in scope whose kind is accepted, oldest first."""
        return [variable for variable in self.scope.values() if accept(variable.kind)]

    def recent(self, variables: list[Variable]) -> Variable:
        """One of the variables, the newest with more chance."""
        if len(variables) > 3 and self.chooser.chance(0.6):
            variables = variables[-3:]
        return self.chooser.pick(variables)

    def reassignable(self, accept: Callable[[Kind], bool]) -> list[Variable]:
        """The variables in scope that may be assigned again."""
        return [variable for variable in self.having(accept) if not variable.fixed]

    def shape(self, least: int = 1, most: int = 3) -> Shape:
        """A shape: mostly that of a variable in scope, so that operands meet."""
        known = [
            variable.kind.shape
            for variable in self.scope.values()
            if isinstance(variable.kind, Array) and least <= len(variable.kind.shape) <= most
        ]
        if known and self.chooser.chance(0.8):
            return self.chooser.pick(known)
        rank = self.chooser.weighted([(5, least), (4, min(least + 1, most)), (2, most)])
        return tuple(self.chooser.pick(self.dims) for _ in range(rank))

    @contextmanager
    def block(self, budget: int) -> Iterator[None]:
        """An indented block of its own scope and budget; the caller merges the scopes after it."""
        before = self.scope, self.outer, self.budget
        self.scope = {name: replace(variable) for name, variable in self.scope.items()}
        self.outer = frozenset(self.scope)
        self.budget = budget
        self.indent += 1
        try:
            yield
        finally:
            self.indent -= 1
            self.scope, self.outer, self.budget = before
