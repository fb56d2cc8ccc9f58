"""The reverse sweep as its parts see it: its state, and the methods that they use of each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcgrad.analysis.activity import active_names
from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.given_sizes import GivenSizes
from srcgrad.analysis.handovers import handed_over
from srcgrad.analysis.labels import labelled
from srcgrad.analysis.program_order import ProgramOrder, program_order
from srcgrad.analysis.selection import PartlyUsed, partly_used
from srcgrad.analysis.shadows import led_out, may_be_undefined, shadowed
from srcgrad.analysis.useful import only_decide
from srcgrad.differentiate.companions import with_companions
from srcgrad.differentiate.several_results import unpacked
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Carry, Const, Function, Let, Operand
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS

ELSEWHERE: Operand = Const(0.0)  # which elements a contribution uses: another statement says it


class Sweeping:
    """One run backwards through a function."""

    def __init__(
        self,
        function: Function,
        wrt: list[str],
        names: Names,
        check_shapes: bool,
        contiguous: frozenset[str],
    ) -> None:
        self.check_shapes = check_shapes
        function, self.items = (found := unpacked(led_out(function, names))).function, found.items
        self.function = function
        self.wrt = wrt
        self.names = names
        self.b = Builder(names, adjoint=True)
        self.alias: Aliases = aliases(function, inputs=contiguous)
        self.active = active_names(function, wrt, self.alias)
        self.active -= only_decide(function, self.alias)
        self.partly: PartlyUsed = partly_used(function, self.active, self.alias)
        apart = handed_over(function)
        if apart:
            self.alias = aliases(function, inputs=contiguous, apart=apart)
        self.companions: dict[str, str] = {}  # of values that may be used in part
        self.originals: dict[str, str] = {}  # the values that companions stand beside
        self.tests: dict[Operand, Operand] = {}  # the mask where a usage is positive
        self.all_used: set[Operand] = set()  # usages that are positive everywhere
        if self.partly.strength:
            function = self.follow(function)
        self.where: ProgramOrder = program_order(function.body)
        self.twinned = self.alias.twinned()
        self.definitions = {
            s.target: s for s in ir.walk(function.body) if isinstance(s, Let) and s.target
        }
        self.memory = shadowed(function, self.active, self.alias)
        self.memory |= {made for made, name in self.originals.items() if name in self.memory}
        self.reshaped = {
            self.alias.root(base)
            for name, base in self.alias.base.items()
            if OPS[self.definitions[name].op].by_layout
        }
        self.unset = may_be_undefined(function.body)
        self.sizes = GivenSizes(function, names)
        self.bar: dict[str, Operand] = {}  # adjoints of values
        self.shadow: dict[str, str] = {}  # shadows that are open
        self.measured: set[str] = set()  # may be undefined where a shadow is made like them
        self.contexts: dict[str, Operand] = {}  # a ``with`` of the primal -> that of its adjoints
        self.twins: dict[str, str] = {}  # twins made in the forward sweep
        self.scopes: list[set[str]] = []  # names that the blocks around define themselves

    def follow(self, function: Function) -> Function:
        """The function with companions of all that may be used in part."""
        function, self.companions = with_companions(
            function, self.partly.strength, self.active, self.alias, self.names
        )
        self.function = function = replace(function, body=labelled(function.body))
        self.originals = {made: name for name, made in self.companions.items()}
        self.alias = self.alias.with_mirrored(self.companions)
        self.active |= self.originals.keys()
        return function

    if TYPE_CHECKING:  # defined in ``reverse``

        def kind(self, operand: Operand) -> Kind: ...
        def sweep(self, block: Block) -> Block: ...
        def at(self, statement: ir.Statement) -> None: ...
        def fresh_bar(self, name: str, partial: bool = False) -> str: ...

    if TYPE_CHECKING:  # in ``adjoints``

        def holds_twins(self, statement: Let) -> bool: ...
        def twin_of(self, statement: Let) -> list[Let]: ...
        def twin(self, operand: Operand | None) -> Operand | None: ...
        def adjoint_of(self, name: str) -> Operand | None: ...
        def shadow_of(self, name: str) -> str: ...
        def bar_name(self, name: str) -> str: ...
        def zero(self, name: str) -> Operand: ...
        def results(self, target: str) -> Any: ...
        def accumulate(
            self, name: Operand, value: Operand | None, used: Operand | None = None
        ) -> None: ...
        def is_open(self, name: str) -> bool: ...
        def like(self, name: str) -> str: ...
        def own(self, value: Operand, name: str) -> Operand: ...
        def adjoint_kind(self, name: str) -> Kind: ...
        def fit(self, value: Operand, name: Operand) -> Operand: ...
        def cast(self, value: Operand, want: Kind) -> Operand: ...

    if TYPE_CHECKING:  # in ``memory``

        def holds_written(self, xs: str) -> bool: ...
        def add_to_each(self, xs: str, part: Any, carries: tuple[Carry, ...] = ()) -> None: ...

    if TYPE_CHECKING:  # in ``usage``

        def ones(self, name: str) -> Operand: ...
        def note_usage(self, name: str, used: Operand | None) -> None: ...

    if TYPE_CHECKING:  # in ``branches``

        def enter(self, statement: ir.Statement) -> list[str]: ...
