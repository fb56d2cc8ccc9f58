"""What the walk knows beside what variables hold: all its state stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from srcgrad.errors import Refusal, Wanted
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Operand, Origin, Statement
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Names
from srcgrad.values.frames import Frame
from srcgrad.values.short_axes import AskingBuilder
from srcgrad.values.signals import Side
from srcgrad.values.store import NUMBERS, Key, Store


class Capture(NamedTuple):
    """Data that a function reads from outside: a trailing parameter of generated code."""

    param: str
    spec: Any
    place: Any  # ("cell" | "global" | "attribute", holder, name)


class Setting(NamedTuple):
    """A name outside is set: what it held, where, and how much was generated until then."""

    key: Key
    before: Any
    frame: Frame
    node: Any
    block: list[Statement]
    emitted: int


@dataclass(eq=False)
class Draft:
    """A procedure that is being elaborated; it grows until its calls of itself agree with it."""

    node: Any
    procedure: Procedure
    kinds: list[Kind] = field(default_factory=list)  # of the leaves of the arguments
    known: list[Any] = field(default_factory=list)  # the constant that a leaf is, or None
    widened: set[Any] = field(default_factory=set)
    result: Any = None  # the structure of the result, None as long as it is not known
    free: tuple[str, ...] = ()  # what it reads from around it
    origin: Origin | None = None
    agreed: bool = True
    states: Any = None  # what names outside held where it was begun


class Guess:
    """What is assumed of the values that go round a loop; it grows until the body agrees."""

    def __init__(self) -> None:
        self.kinds: dict[Any, Kind] = {}  # (key, path) -> kind of the phi
        self.keys: list[Key] = []
        self.templates: dict[Any, Any] = {}  # structures first made in the loop
        self.optional: set[Any] = set()  # values that are None in some iterations
        self.stale: set[Any] = set()  # phis that are not fresh arrays
        self.widened: set[Any] = set()  # dimensions that stand for any size
        self.alike: dict[Any, Any] = {}  # (size before, after an iteration) -> one such dimension
        self.unlike: set[Any] = set()  # pairs of sizes that are not enough to be one
        self.apart: dict[Key, Any] = {}  # variables of values that do not mix: none reads them


SETS = ("sets",)  # stands for the sets that a function makes


class State:
    """``b`` is the builder, ``store`` what all variables hold, ``frame`` the function walked now."""

    def __init__(self, names: Names) -> None:
        self.b = AskingBuilder(names)
        self.store = Store()
        self.frame: Frame = None  # type: ignore[assignment]
        self.node: Any = None  # of the syntax, which is elaborated now
        self.discarded: Any = None  # the call whose result nothing reads
        self.callee: Any = None  # the function that a handler of ``special`` stands for
        self.errors: dict[Any, type] = {}  # the classes of exceptions that were made
        self.flat_views: set[str] = set()  # ``x.flat``: operators do not write into it
        self.hints: dict[str, str] = {}  # a temporary -> the variable that it was assigned to
        self.unpacked: dict[str, str] = {}  # an item of an input -> the same; empty for none yet
        self.items_named: dict[str, str] = {}  # such an item -> its name of the IR, at the end
        self.operating = False  # whether this is in ``adjoint_of``: what is outside is itself
        self.begin_signature()
        self.begin_outside()
        self.begin_functions()
        self.begin_branches_and_loops()
        self.begin_lists()

    def begin_signature(self) -> None:
        """What the signature holds, and what else it could."""
        self.grantable: set[type[Wanted]] = set()
        self.or_real = False  # whether what is complex by its kind may be real
        self.exact = False  # whether the sizes of arrays are in it
        self.fixed = False  # whether integers from outside are constants
        self.fixable = False  # whether there are any that are not
        self.compiled = False  # whether variables of generated code have one type
        self.opened: Mapping[
            int, Any
        ] = {}  # functions of libraries that are followed, by their ids
        self.parts = False  # whether parts of complex arrays are views that are written
        self.fenced = False  # whether there is syntax that no signature makes possible
        self.refusals: list[Refusal] = []
        self.closing = False  # whether a path that is refused raises that when it is taken
        self.closed: list[Refusal] = []  # by these
        self.sides: Mapping[int, Side] = {}  # of branches of which one side alone is followed
        self.branches: dict[Any, int] = {}  # their numbers, by where they stand
        self.passed_in = 0  # the last number of a container or object among the inputs

    def begin_outside(self) -> None:
        """What is read from outside, and what is changed there."""
        self.captures: dict[Any, tuple[Capture, Any]] = {}
        self.guards: dict[Any, tuple[Any, Any]] = {}  # the place and the value of a constant
        self.entry: list[Statement] = []  # at the start of the function: the parts of parameters
        self.contiguous: list[str] = []  # what derivatives inside take to be C-contiguous
        self.leaf_at: dict[Any, Operand] = {}  # numbers and arrays from there, by their places
        self.list_numbers: dict[Any, int] = {}  # lists from outside, by their places
        self.put_into: set[int] = set()  # the numbers of those that are changed and not read
        self.returned_lists: list[tuple[Any, Operand]] = []  # those of the generated code, and real
        self.changed_constants: set[int] = set()  # constant containers that the function changes,
        self.read_constants: set[int] = set()  # whose content was read,
        self.named_constants: set[int] = set()  # and that a guard says to be the same ones
        self.spaces: dict[int, int] = {}  # namespaces in which names are set -> their numbers
        self.originals: dict[Key, Any] = {}  # what these names hold before and after the function
        self.settings: list[Setting] = []  # those not yet known to be put back in any case
        NUMBERS.given = set()

    def begin_functions(self) -> None:
        """The functions that are being followed."""
        self.stack: list[Any] = []  # those that are being followed
        self.made_in: dict[Any, Frame] = {}  # the methods of a class inside a function -> where
        self.call_sites: list[Any] = []  # the calls that led here
        self.levels: list[int] = []  # the branches around each of them
        self.level = 0  # the branches around this statement that values decide
        self.closed_over: set[int] = set()  # frames that functions made in them read
        self.late: set[tuple[int, int]] = set()  # frames and lambdas that read what is over
        self.nonlocals: set[tuple[int, str]] = set()  # frames and names that are of one around
        self.drafts: list[Draft] = []
        self.caches: dict[int, Any] = {}  # functions that have one, from outside or made here
        self.in_cache: Any = None  # the cache whose function is being followed
        self.captures_read: list[Any] = []  # by such functions
        self.consumers: list[Any] = []  # of each generator that runs: its frame, what is done

    def begin_branches_and_loops(self) -> None:
        """The loops around what is elaborated, and what is assumed of them."""
        self.unset: dict[Key, Any] = {}  # first set in a loop -> its phi, the branches and loops
        self.loops: list[int] = []  # those around: what was made since has a greater number
        self.guesses: dict[Any, Guess] = {}
        self.peeled: set[Any] = set()  # loops whose first iteration stands before them
        self.constant_loops: list[Any] = []  # those of known course around, that can be unrolled
        self.conflicting: tuple[Any, Any] = ((), None)  # lists for which a loop is written out
        self.running: dict[int, str] = {}  # loops whose conditions change something -> the flag
        self.stand_ins: dict[Any, Any] = {}  # nodes for loops that no statement stands for
        self.iterators: set[Any] = set()  # the lists that stand for iterators
        self.iterator_sites: dict[int, Any] = {}  # of an iterator -> where a variable got it
        self.written: list[Any] = []  # refusals of what is read early and written in a loop
        self.checkpointed = False  # whether there was a checkpointed loop
        self.advancing = False  # whether ``next`` reads an iterator
        self.retold = False  # whether handlers that raise something else were left out
        self.doubts: list[int] = []  # from each ``try`` on, the branches and loops around here
        self.present: tuple[
            Any, ...
        ] = ()  # what is known to hold on this path, of what may be None
        self.side_depth = -1  # how many loops were around where the side of a branch began
        self.given_count = 0  # how often what may be None was read as something that is not

    @property
    def sets_change(self) -> bool:
        """Whether sets that are made change: they are objects of the generated code then."""
        return SETS in self.runtime_lists

    def begin_lists(self) -> None:
        """Lists of unknown length, and what libraries make."""
        self.runtime_lists: dict[Any, Any] = {}  # sites of them -> the structure of their items
        self.list_sites: dict[Any, Any] = {}  # where lists of the generated code were made
        self.list_owners: dict[str, str] = {}  # a list -> the list that it was read from
        self.one_list: dict[str, set[str]] = {}  # a list -> those that it is on one path
        self.grown_lists: list[str] = []  # whose kind grew: a loop where one does is walked again
        self.sums: dict[str, Any] = {}  # of arrays, or of none -> where they are made
        self.longest: dict[str, int | None] = {}  # the deques, and their greatest lengths
        self.stand_in_objects: dict[str, Any] = {}  # what libraries make, on stand-ins -> of a name
