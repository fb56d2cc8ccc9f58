"""A test of the tests: one thing in the engine is broken, and the corpus notices.

Each row of ``BREAKS`` names a defect and patches it in. ``PART`` is a part of the corpus, small
programs first, that an intact engine passes and in which every defect shows.
"""

import functools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import srcgrad
from srcgrad import pipeline, stages
from srcgrad.analysis import activity
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.backend import emit, nest, variables
from srcgrad.differentiate.keep import Keeper
from srcgrad.differentiate.keep_restores import Restores
from srcgrad.differentiate.reverse import Sweep
from srcgrad.dispatch import derivative
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, If, Let
from srcgrad.optimize import dead, identities, simplify
from srcgrad.rules.builder import Builder
from srcgrad.rules.operation import OPS
from tests.oracle import assert_same_gradients, leaves, map_structure, oracle_vjp, random_cotangent
from tests.programs import PROGRAMS

PART = """
divide_by_a_broadcast_float broadcast_exponent argument_is_mutated store_of_a_sum_with_itself
last_store_to_a_repeated_index_wins read_repeated_indices overwrite_what_was_read swap_elements
store_everything overlap_views written_and_returned bubble_sort moving_average leapfrog
order_of_aug_slice scalars_again3 condition_reads_buffer store_after_use_in_branch last_twice
list_of_floats counter_of_another_branch choose_buffer while_break defined_in_loop early
recurrence_in_place store_through_a_view returned_arg ordering mask_self loop_and_negation
""".split()


def loop_and_negation(x, k):
    s = x * k
    y = np.zeros(4)
    y[0] = k
    for i in range(1, 4):
        y[i] = s[i] - y[i - 1] * x[i]
        s = s - y[i] * s * k
    assert np.all(np.isfinite(s)), "not finite"
    return s - x, y, s[1] - s[2]


def overflow(x):
    assert x[0] < 10.0, "too large"
    return x * x


@functools.lru_cache
def cases() -> list[tuple[str, Any, tuple, Any, tuple]]:
    """Name, function, inputs, cotangent, and the gradient by the oracle."""
    own = {"loop_and_negation": (loop_and_negation, (np.linspace(0.5, 1.5, 4), 0.7))}
    known = {p.name: (p.f, p.fresh()) for p in PROGRAMS if p.name in PART}
    found = []
    for name in PART:
        f, inputs = {**known, **own}[name]
        cotangent = random_cotangent(f(*copied(inputs)))
        found.append((name, f, inputs, cotangent, oracle_vjp(f, copied(inputs), cotangent)))
    return found


def raises_its_error() -> bool:
    """Whether the primal's own error comes."""
    try:
        srcgrad.vjp(overflow, (np.array([20.0, 1.0]),), np.ones(2))
    except AssertionError as error:
        return "too large" in str(error)
    return False


def copied(structure: Any) -> Any:
    return map_structure(lambda x: x.copy() if isinstance(x, np.ndarray) else x, structure)


def arrays(structure: Any) -> list[np.ndarray]:
    return [leaf for _, leaf in leaves(structure) if isinstance(leaf, np.ndarray)]


def check(optimize: bool = True) -> None:
    """Raise if a gradient or value is wrong, an input is changed, memory is shared, an error lost."""
    derivative.Active.table = derivative.Table()
    pipeline.OPTIONS.optimize = optimize
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for name, f, inputs, cotangent, expected in cases():
            given, seed = copied(inputs), copied(cotangent)
            value, gradient = srcgrad.value_and_vjp(f, given, seed)
            assert_same_gradients(gradient, expected, 1e-6, 1e-8)
            for ours, theirs in zip(leaves(value), leaves(f(*copied(inputs))), strict=True):
                np.testing.assert_allclose(ours[1], theirs[1], 1e-9, err_msg=name)
            for ours, theirs in zip(
                arrays((given, seed)), arrays((inputs, cotangent)), strict=True
            ):
                np.testing.assert_array_equal(ours, theirs, err_msg=name)
            others = arrays((given, seed))
            for array in arrays(gradient):
                assert not any(np.may_share_memory(array, other) for other in others), name
                others.append(array)
        assert raises_its_error()


@contextmanager
def generated_anew(monkeypatch: pytest.MonkeyPatch, folder: Any) -> Iterator[None]:
    """Nothing that was generated before is used, and nothing of it later."""
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(folder))
    monkeypatch.setattr(derivative.Active, "table", derivative.Table())
    monkeypatch.setattr(pipeline.OPTIONS, "optimize", True)
    yield


BREAKS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {}


def a_break(name: str) -> Callable[[Any], Any]:
    def register(patch: Any) -> Any:
        BREAKS[name] = patch
        return patch

    return register


def constantly(owner: Any, name: str, result: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """A break that replaces a function by one that always gives the same."""
    return lambda patch: patch.setattr(owner, name, lambda *args, **options: result)


BREAKS.update(
    {
        "what is repeated is read too late": constantly(Restores, "state_holds", True),
        "a store is not known to be left": constantly(Restores, "comes_back", True),
        "only the shape is kept": constantly(Keeper, "reads_shape_only", True),
        "an initial value gets nothing": constantly(Sweep, "after", None),
        "no twins are made": constantly(Sweep, "is_twinned", False),
        "equal indices are overlooked": constantly(Sweep, "gathers", False),
        "common subexpressions outlive stores": constantly(simplify._Simplify, "bump", None),
        "expressions move past stores": constantly(nest._Nest, "read_by", frozenset()),
        "variables are shared while needed": constantly(variables.Interference, "connect", None),
        "stores are taken to be dead": constantly(dead.Liveness, "touch", None),
    }
)


def left_out(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A break that drops a pass, optional or not."""
    rest = tuple(item for item in pipeline.ADJOINT if item.name != name)
    return lambda patch: patch.setattr(pipeline, "ADJOINT", rest)


def passing(owner: Any, name: str, position: int = 0) -> Callable[[pytest.MonkeyPatch], None]:
    """A break that replaces a function by one that gives one of its arguments."""
    return lambda patch: patch.setattr(owner, name, lambda *args, **options: args[position])


BREAKS.update(
    {
        "inputs are not copied": passing(stages, "protect"),
        "gradients are not owned": left_out("hand out"),
        "a broadcast is not undone": passing(Sweep, "fit", 1),
        "what has no value is copied": passing(emit, "filled"),
        "an inner use is placed outside": passing(Restores, "place", 2),
    }
)


@a_break("restores are left out")
def no_restores(patch):
    pruned = Restores.prune_restores

    def prune(self, needed):
        def sweep(block):
            return tuple(ir.map_blocks(s, sweep) for s in block if not self.is_restore(s))

        return sweep(pruned(self, needed))

    patch.setattr(Keeper, "prune_restores", prune)


@a_break("an accumulation is an assignment")
def assigned(patch):
    accumulate = Sweep.accumulate

    def once(self, name, *value):
        self.bar.pop(name, None)
        accumulate(self, name, *value)

    patch.setattr(Sweep, "accumulate", once)


@a_break("an adjoint is not cleared after a store")
def not_cleared(patch):
    effect = Builder.effect

    def kept(self, op, *args):
        if not (self.adjoint and op == "setitem" and args[-1] == Const(0.0)):
            effect(self, op, *args)

    patch.setattr(Builder, "effect", kept)


@a_break("a copy is left out")
def uncopied(patch):
    emit_ = Builder.emit

    def shared(self, op, *args, **options):
        if self.adjoint and op == "np.copy":
            return args[0]
        return emit_(self, op, *args, **options)

    patch.setattr(Builder, "emit", shared)


@a_break("the reverse sweep runs forwards")
def forwards(patch):
    patch.setattr(Sweep, "backwards", lambda self, loop: (loop.start, loop.stop, loop.step))


@a_break("the first iteration is left out")
def off_by_one(patch):
    backwards = Sweep.backwards

    def shorter(self, loop):
        start, _, step = backwards(self, loop)
        return start, loop.start, step

    patch.setattr(Sweep, "backwards", shorter)


@a_break("branches end activity")
def less_active(patch):
    spread = activity._spread

    def narrower(statement, *rest):
        if not isinstance(statement, If):
            spread(statement, *rest)

    patch.setattr(activity, "_spread", narrower)


@a_break("x + (-y) is x + y")
def wrong_sign(patch):
    def added(let, definitions, b):
        negated = identities.definition(let.args[1], "neg", definitions)
        return None if negated is None else replace(let, args=(let.args[0], negated.args[0]))

    patch.setitem(identities.RULES, "add", added)


@a_break("a statement that raises is dead")
def silent(patch):
    for op in ("assert", "raise"):
        patch.setitem(OPS, op, replace(OPS[op], kept=False))


@a_break("outputs are undone with the stores")
def not_snapshot(patch):
    patch.setattr(stages, "snapshot", lambda swept, function, outputs, names: (swept, outputs))


@a_break("appending to a list changes nothing")
def unchanged(patch):
    changed = Aliases.changed

    def stores(self, statement):
        pushed = isinstance(statement, Let) and statement.op in ("push", "pop")
        return set() if pushed else changed(self, statement)

    patch.setattr(Aliases, "changed", stores)


@a_break("an adjoint is cleared before it is read")
def cleared_early(patch):
    store = Sweep.store

    def early(self, statement):
        before = len(self.b.block)
        found = store(self, statement)
        mine = self.b.block[before:]
        clears = [
            s
            for s in mine
            if isinstance(s, Let) and s.op == "setitem" and (s.args[-1] == Const(0.0))
        ]
        self.b.block[before:] = [*clears, *(s for s in mine if s not in clears)]
        return found

    patch.setattr(Sweep, "store", early)


@a_break("statements are reversed in the order of the primal")
def in_order(patch):
    sweep = Sweep.sweep

    def swapped(self, block):
        lets = [
            k for k, s in enumerate(block) if isinstance(s, Let) and OPS[s.op].stored is not None
        ]
        if len(lets) > 1:
            block = list(block)
            block[lets[0]], block[lets[-1]] = block[lets[-1]], block[lets[0]]
        return sweep(self, tuple(block))

    patch.setattr(Sweep, "sweep", swapped)


def test_the_engine_passes(monkeypatch, tmp_path):
    with generated_anew(monkeypatch, tmp_path):
        check()
        check(optimize=False)


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_found(name, monkeypatch, tmp_path):
    with generated_anew(monkeypatch, tmp_path):
        BREAKS[name](monkeypatch)
        with pytest.raises(Exception):  # noqa: B017  (a wrong value, or any error)
            check()
            check(optimize=False)


def test_there_are_enough_breaks():
    assert len(BREAKS) >= 25
