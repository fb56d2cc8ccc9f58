"""Functions of the IR that are called, not followed: those that call themselves, or that others call.

A call whose depth values decide cannot be elaborated in place. The function is elaborated once, as
a ``Procedure``; the statement ``y = procedure(f, (x, n))`` calls it, also inside its own body. Its
derivatives are procedures too: the adjoint takes the arguments and one cotangent for each floating
result, and gives one adjoint for each floating parameter::

    def f(x, n):                      def f_reverse(x, n, y_bar):
        if x > n:                         if x > n:
            y = x                             x_bar = y_bar
        else:                             else:
            y = f(x * x, n)                   t = f_reverse(x * x, n, y_bar)
        return y                              x_bar = 2.0 * x * t
                                          return x_bar

Nothing is handed from the forward to the reverse sweep: what the reverse sweep reads of a call is
computed again. Procedures write into none of their arguments, and their results are new arrays.

A function that a solver of a library calls is a procedure, too, and so is the call of the solver. What
such a call gives is not differentiated statement by statement: the ``family`` of the procedure says how
its derivatives are made, of which other procedures, its ``parts``. ``hands_on`` says that they are passed
its results behind its arguments, since these are dear to compute again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from srcgrad.ir.kinds import Kind, of_adjoint
from srcgrad.ir.nodes import Block, Const, Function, Statement, leaves


@dataclass(eq=False)
class Procedure:
    """``function`` has flat parameters, and a tuple of operands as its result."""

    name: str
    results: tuple[Kind, ...]
    names: Any  # the ``Names`` that its IR is made with
    function: Function | None = None
    of: tuple[Procedure, str] | None = None  # for a derivative: of what, and which
    derivatives: dict[str, Procedure] = field(default_factory=dict)
    family: str = ""  # how its derivatives are made, if not from its body
    parts: tuple[Any, ...] = ()  # what they are made of
    hands_on: bool = False
    new: bool = (
        False  # whether its results, and those of its derivatives, are new arrays for certain
    )
    handed_on: tuple[int, ...] | None = None  # the arguments that its results may be; None: any
    alone: tuple[int, ...] = ()  # the arguments that share memory with no other one
    turning: tuple[int, ...] = ()  # those that are written into, and that nothing reads afterwards
    settled: bool = False  # whether it is known that nothing does
    called: str = "calls itself"  # why it is a procedure

    def __repr__(self) -> str:
        return self.name

    @property
    def origin(self) -> Procedure:
        """What it is a derivative of, at first; itself, if it is none."""
        return self if self.of is None else self.of[0].origin

    @property
    def body(self) -> Function:
        assert self.function is not None
        return self.function

    @property
    def kind(self) -> Kind:
        """The kind of a call: of the one result, or of a tuple."""
        return self.results[0] if len(self.results) == 1 else Kind("tuple", items=self.results)

    @property
    def wrt(self) -> list[int]:
        """The positions of the floating parameters."""
        kinds = self.body.kinds
        return [k for k, name in enumerate(self.body.params) if kinds[name].floating]

    @property
    def seeded(self) -> list[int]:
        """The positions of the floating results."""
        return [k for k, kind in enumerate(self.results) if kind.floating]

    def adjoint(self) -> Procedure:
        """The procedure that gives the adjoints of the floating parameters."""
        return self.derivative("adjoint")

    def tangent(self) -> Procedure:
        """The procedure that gives the tangents of the floating results."""
        return self.derivative("tangent")

    def derivative(self, style: str) -> Procedure:
        if style not in self.derivatives:
            DERIVE[f"{self.family}_{style}" if self.family else style](self)
        return self.derivatives[style]

    def begun(self, style: str, family: str = "") -> Procedure:
        """A derivative without a body, known before that is made: it may call itself."""
        if style == "adjoint":
            moving = [self.body.kinds[self.body.params[k]] for k in self.wrt]
        else:
            moving = [self.results[k] for k in self.seeded]
        name, results = f"{self.name}_{SUFFIXES[style]}", tuple(map(of_adjoint, moving))
        made = Procedure(name, results, self.names, of=(self, style), family=family)
        self.derivatives[style] = made
        return made

    def define(self, params: tuple[str, ...], body: Block, result: Any, origin: Any) -> None:
        """Give it its body."""
        self.function = Function(self.name, params, body, result, self.names.kinds, origin)


SUFFIXES = {"adjoint": "reverse", "tangent": "jvp"}


def named_in(statement: Statement) -> Iterator[Procedure]:
    """The procedures that a statement calls, or hands to what calls them."""
    for leaf in leaves(getattr(statement, "args", ())):
        if isinstance(leaf, Const) and isinstance(leaf.value, Procedure):
            yield leaf.value


DERIVE: dict[str, Callable[[Procedure], None]] = {}  # handed in by the pipeline


def connect(**styles: Callable[[Procedure], None]) -> None:
    """Hand in what fills ``Procedure.derivatives``: it stands behind the front end."""
    DERIVE.update(styles)
