"""What the generator knows of each variable: its kind, and whether it may be written into.

Kinds hold concrete shapes and the interval of an integer's values, so that every subscript
that is written is in range.
"""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Float:
    """A Python float or a NumPy scalar."""


@dataclass(frozen=True)
class Array:
    """A floating array; the shape `()` is a 0-d array, which only an input can be."""

    shape: Shape


@dataclass(frozen=True)
class Int:
    """An integer between `lo` and `hi`, both included."""

    lo: int
    hi: int


@dataclass(frozen=True)
class IntArray:
    """A vector of `count` integers between `lo` and `hi`, both included."""

    count: int
    lo: int
    hi: int


@dataclass(frozen=True)
class Bool:
    """A Python bool."""


@dataclass(frozen=True)
class Mask:
    """A boolean array."""

    shape: Shape


@dataclass(frozen=True)
class Tuple:
    """A tuple of known length."""

    items: tuple[Kind, ...]


@dataclass(frozen=True)
class List:
    """A list of at least `count` items of one kind."""

    item: Kind
    count: int


@dataclass(frozen=True)
class Dict:
    """A dict with these string keys."""

    items: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True)
class Table:
    """A dict of items of one kind, whose keys are known only at run time; `factory`: a defaultdict."""

    item: Kind
    style: str  # of its keys
    factory: bool = False


@dataclass(frozen=True)
class Set:
    """A set of integers between 0 and 4 that are known only at run time."""


Kind = Float | Array | Int | IntArray | Bool | Mask | Tuple | List | Dict | Table | Set
FLOAT = Float()


@dataclass(frozen=True)
class Variable:
    """A variable in scope.

    `buffer` variables own their array and may be stored into; at level 1 the others never are,
    by any alias. `fixed` variables (counters, and what a loop runs over) are not assigned again.
    """

    name: str
    kind: Kind
    buffer: bool = False
    fixed: bool = False


@dataclass(frozen=True)
class Expression:
    """An expression's text, a rough bound on its magnitude, and the variables it may alias."""

    text: str
    bound: float = 1.0
    bases: tuple[str, ...] = ()
    atom: bool = False

    @property
    def operand(self) -> str:
        """The text, in parentheses where an operator beside it would need them."""
        return self.text if self.atom else f"({self.text})"


def is_float(kind: Kind) -> bool:
    """Whether a variable of this kind carries derivatives and is no container."""
    return isinstance(kind, (Float, Array))


def shape_of(kind: Kind) -> Shape:
    """The shape of a float or array kind."""
    return kind.shape if isinstance(kind, (Array, Mask)) else ()


def of_shape(shape: Shape) -> Kind:
    """The kind of a computed value of this shape: NumPy gives scalars, not 0-d arrays."""
    return Array(shape) if shape else FLOAT
