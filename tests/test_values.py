"""Values of the walk and trees of operands: equality, what is refused by default, taking apart."""

import functools
import importlib.util

import numpy as np
import pytest

import srcgrad
from srcgrad.ir import trees
from srcgrad.ir.nodes import Const
from srcgrad.values import signature
from srcgrad.values.abstract import ChoiceV, MethodV, OptionalV, PartialV, Value
from srcgrad.values.dicts import DictV
from srcgrad.values.iterators import IteratorV, RangeV
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import ListV, RecordsV, TupleV
from srcgrad.values.store import Store, same
from srcgrad.values.trees import flatten, leaves_of, tree_of, unflatten

# --- equality: numbers of different types are no one value ---------------------------------------

ONE, ALSO_ONE, OTHERS = Const(1), Const(1), (Const(1.0), Const(True), Const(2), "x")
MAKERS = [
    lambda x: x,
    lambda x: (x, "y"),
    lambda x: TupleV((x, TupleV(("y",)))),
    lambda x: PartialV(Const(len), (x,), ()),
    lambda x: PartialV(Const(len), (), (("key", x),)),
    lambda x: MethodV(TupleV((x,)), "count"),
    lambda x: ChoiceV("c", x, Const(len)),
    lambda x: OptionalV("c", x),
    lambda x: RangeV(Const(0), x, Const(1)),
    lambda x: IteratorV("repeat", (x,)),
]


@pytest.mark.parametrize("make", MAKERS)
def test_values_are_equal_by_type_and_content(make):
    assert same(make(ONE), make(ALSO_ONE))
    assert hash(make(ONE)) == hash(make(ALSO_ONE))
    for other in OTHERS:
        assert not same(make(ONE), make(other))


def test_containers_are_equal_by_their_identity():
    for made in (ListV(), DictV(), ObjectV(object)):
        assert same(made, made)
        assert not same(made, type(made)(object) if isinstance(made, ObjectV) else type(made)())
    assert not same(TupleV(("x",)), RecordsV(("x",)))


def scaled(factor, x):
    return x if isinstance(factor, int) else 3.0 * x


def one_of_two_partials(x):
    g = functools.partial(scaled, 1)
    if x > 0:
        g = functools.partial(scaled, 1.0)
    return g(x)


@pytest.mark.parametrize(("x", "slope"), [(2.0, 3.0), (-2.0, 1.0)])
def test_partials_of_numbers_of_two_types_are_two_functions(x, slope):
    value, (gradient,) = srcgrad.value_and_vjp(one_of_two_partials, (x,))
    assert type(value) is float
    assert value == slope * x == one_of_two_partials(x)
    assert gradient == slope


# --- what a class does not say is refused ----------------------------------------------------------


class Refused(Exception):
    pass


class Asked:
    """As much of the walk as a value asks that answers nothing."""

    def refuse(self, what, why, fix, **other):
        assert what and why and fix
        return Refused(what)

    def want(self, *needs):
        pass

    def items_of(self, value):
        return value.all_items(self, None)

    def dynamic_item(self, items, index):
        raise AssertionError("it has no items")


QUESTIONS = {
    "set_attribute": ("a", "x"),
    "item": (Const(0),),
    "set_item": (Const(0), "x"),
    "delete_item": (Const(0),),
    "called": ([], {}),
    "truth": (),
    "contains": ("x",),
    "python_class": (),
    "length": (),
    "count": (),
    "all_items": (None,),
    "item_at": (Const(0),),
    "operand": (),
    "array": (),
    "passed": (),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_unknown_kind_of_value_is_refused(question):
    with pytest.raises(Refused):
        getattr(Value(), question)(Asked(), *QUESTIONS[question])


# --- taken apart and put together ------------------------------------------------------------------

TREE = {"a": (1, [2, ()]), "b": 3}


def test_trees_are_taken_apart_with_paths():
    assert list(trees.flatten(TREE)) == [(("a", 0), 1), (("a", 1, 0), 2), (("b",), 3)]
    assert list(trees.leaves(TREE)) == [1, 2, 3]


def test_trees_are_mapped_beside_others():
    spec = signature.Structure(
        dict, ("a", "b"), (signature.Structure(tuple, (0, 1), (10, [20, ()])), 30)
    )
    found = trees.map_tree(lambda leaf, other: leaf + other, TREE, spec)
    assert found == {"a": (11, [22, ()]), "b": 33}
    assert type(found["a"]) is tuple
    with pytest.raises(ValueError, match="shorter"):
        trees.map_tree(lambda leaf, other: leaf, (1, 2), (1,))


class Point:
    def __init__(self, x):
        self.x = x


def test_specs_are_taken_apart_with_the_steps_that_lead_to_a_part():
    spec = signature.spec_of([Point(2), {"k": 1.0}], signature.Dims())
    paths = [path for path, _ in signature.leaves_of(spec)]
    assert paths == [((False, 0), (True, "x")), ((False, 1), (False, "k"))]
    assert [kind.base for kind in signature.numbers(spec)] == ["int", "float"]
    held = signature.with_integers(spec, [Point(5), {"k": 1.0}])
    assert held.items[0].items == (Const(5),)
    assert held.items[1] == spec.items[1]


class Contents(Asked):
    """As much of the walk as containers ask: what they hold."""

    def __init__(self):
        self.store = Store()

    def new_list(self, items, site, longest=None):
        value = ListV()
        self.store.set(value.number, "items", tuple(items))
        return value

    def new_dict(self, pairs, like):
        value = DictV(cls=like.cls)
        self.store.set(value.number, "items", tuple(pairs))
        return value


def test_values_are_taken_apart_and_put_together():
    e = Contents()
    point = ObjectV(Point)
    e.store.set(point.number, "x", e.new_list(["a", Const(1)], None))
    value = TupleV((e.new_dict([(Const("k"), point)], DictV()), TupleV(("b",))))
    leaves, layout = flatten(e, value)
    assert leaves == [((0, "k", "x", 0), "a"), ((0, "k", "x", 1), Const(1)), ((1, 0), "b")]
    assert leaves_of(e, value) == ["a", Const(1), "b"]
    assert tree_of(e, value) == ({"k": {"x": ["a", Const(1)]}}, ("b",))
    made = unflatten(e, layout, iter(["c", "d", "e"]))
    assert tree_of(e, made) == ({"k": {"x": ["c", "d"]}}, ("e",))
    assert tree_of(e, value) == ({"k": {"x": ["a", Const(1)]}}, ("b",))


def test_stores_of_what_has_more_axes_in_front():
    def stored(x):
        z = np.empty((2, 3))
        z[0] = x
        z[1, ...] = x[0]
        return z

    x = np.ones((1, 3))
    for jit in (False, True) if importlib.util.find_spec("numba") else (False,):
        (x_bar,) = srcgrad.vjp(stored, (x,), np.arange(6.0).reshape(2, 3), jit=jit)
        np.testing.assert_array_equal(x_bar, [[3.0, 5.0, 7.0]])
        assert x_bar.shape == (1, 3) and x_bar.dtype == np.float64
