"""``is`` and ``==`` of members of an ``Enum`` and of objects that were passed or captured."""

import dataclasses
import enum

import pytest

import srcgrad


class Mode(enum.Enum):
    CUBE = 1
    LINE = 2


class Named(str, enum.Enum):
    CUBE = "cube"
    LINE = "line"


class Level(enum.IntEnum):
    CUBE = 3
    LINE = 1


class Factor(float, enum.Enum):
    CUBE = 3.5
    LINE = 1.5


class Bits(enum.Flag):
    CUBE = 1
    LINE = 2


MODES = [Mode, Named, Level, Factor, Bits]
CHOSEN = Mode.CUBE


def by_identity(x, mode):
    return x**3 if mode is type(mode).CUBE else x


def by_equality(x, mode):
    return x**3 if mode == type(mode).CUBE else x


def by_membership(x, mode):
    return x**3 if mode in (type(mode).CUBE,) else x


def by_key(x, mode):
    return x ** {Mode.CUBE: 3, Mode.LINE: 1}[mode]


def by_default(x, mode=Mode.CUBE):
    return x**3 if mode is Mode.CUBE else x


def by_value(x, mode):
    return x ** (3 if mode.value == Mode.CUBE.value else 1)


def captured(x):
    return x**3 if CHOSEN is Mode.CUBE else x


@pytest.mark.parametrize("modes", MODES, ids=lambda modes: modes.__name__)
@pytest.mark.parametrize("f", [by_identity, by_equality, by_membership], ids=lambda f: f.__name__)
def test_members(f, modes):
    for _ in range(2):
        assert srcgrad.vjp(f, (2.0, modes.CUBE), argnums=(0,)) == (12.0,)
        assert srcgrad.vjp(f, (2.0, modes.LINE), argnums=(0,)) == (1.0,)


@pytest.mark.parametrize("f", [by_key, by_default, by_value], ids=lambda f: f.__name__)
def test_members_that_choose(f):
    for _ in range(2):
        assert srcgrad.vjp(f, (2.0, Mode.CUBE), argnums=(0,)) == (12.0,)
        assert srcgrad.vjp(f, (2.0, Mode.LINE), argnums=(0,)) == (1.0,)


def test_a_member_that_is_captured(monkeypatch):
    assert srcgrad.vjp(captured, (2.0,)) == (12.0,)
    monkeypatch.setattr("tests.test_identity.CHOSEN", Mode.LINE)
    assert srcgrad.vjp(captured, (2.0,)) == (1.0,)


def test_members_that_count():
    def f(x, level):
        return x**level * level

    for _ in range(2):
        assert srcgrad.vjp(f, (2.0, Level.CUBE), argnums=(0,)) == (36.0,)
        assert srcgrad.vjp(f, (2.0, 3), argnums=(0,)) == (36.0,)


def test_members_in_compiled_code():
    pytest.importorskip("numba")

    def f(x, level):
        return x**level if level is Level.CUBE else x * level

    assert srcgrad.vjp(f, (2.0, Level.CUBE), argnums=(0,), jit=True) == (12.0,)
    assert srcgrad.vjp(f, (2.0, Level.LINE), argnums=(0,), jit=True) == (1.0,)
    assert srcgrad.vjp(by_identity, (2.0, Mode.CUBE), argnums=(0,), jit=True) == (12.0,)


def test_members_in_files(tmp_path, monkeypatch):
    """A signature with a member is stored, and read for that member only."""
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "cache"))
    for mode, slope in ((Mode.CUBE, 27.0), (Mode.LINE, 1.0)):
        assert srcgrad.grad(by_default)(3.0, mode) == slope
        assert srcgrad.grad(lambda x, m: x**3 if m is Mode.CUBE else x)(3.0, mode) == slope
    assert len(list((tmp_path / "cache").glob("*.py"))) >= 2


class Thing:
    def __init__(self, k):
        self.k = k


@dataclasses.dataclass
class Record:
    k: float = 1.0


class Holder:
    record = Record(2.0)
    thing = Thing(2.0)


ONE = Thing(2.0)
SAME, OTHER = ONE, Thing(2.0)
LIST = [1.0]
LISTED = LIST


def refused(f, *inputs):
    with pytest.raises(srcgrad.UnsupportedSyntax, match="`is` cannot be decided"):
        srcgrad.vjp(f, inputs)


@pytest.mark.parametrize("other", [SAME, OTHER])
def test_objects_that_may_be_one(other):
    refused(lambda x, a, b: x * x if a is b else x, 2.0, ONE, other)
    refused(lambda x, a, b: x * x if a == b else x, 2.0, ONE, other)
    refused(lambda x, a: x * x if a is ONE else x, 2.0, other)
    refused(lambda x, a: x if a is not Holder.thing else x * x, 2.0, Holder.thing)
    refused(lambda x: x * x if ONE is SAME else x, 2.0)
    refused(lambda x: x * x if LIST is LISTED else x, 2.0)


def test_objects_that_are_one_or_are_not():
    def f(x, a, b):
        c, d = Thing(x), Thing(x)
        held = [a, c]
        found = (held[0] is a) + (held[1] is c) + (a is not c) + (c is not d) + (c != d) + (a == a)
        return x * found if a is not b and a is not None else x

    assert srcgrad.vjp(f, (2.0, ONE, Record(2.0)), argnums=(0,)) == (6.0,)


def test_records_are_equal_by_their_fields():
    def f(x, a, b):
        return x * x if a == b else x

    assert srcgrad.vjp(f, (3.0, Record(2.0), Record(2.0)), argnums=(0,)) == (6.0,)
    assert srcgrad.vjp(f, (3.0, Record(2.0), Record(1.0)), argnums=(0,)) == (1.0,)
    g = lambda x, a: x if a == Holder.record else x * x
    assert srcgrad.vjp(g, (3.0, Record(2.0)), argnums=(0,)) == (1.0,)
    assert srcgrad.vjp(g, (3.0, Record(1.0)), argnums=(0,)) == (6.0,)
