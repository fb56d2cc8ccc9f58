"""Random programs: srcgrad's gradients equal the oracle's, in value, shape and dtype.

`SRCGRAD_FUZZ` sets the number of programs from fixed seeds; `python -m tests.fuzz` runs more of
them, in parallel, and shrinks what fails.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.oracle import (
    assert_same_gradients,
    central_differences,
    leaves,
    map_structure,
    oracle_value_and_vjp,
)
from tests.random_programs import (
    HypothesisChooser,
    Program,
    Untamed,
    random_program,
    write_program,
)
from tests.randomgen import judge as judging
from tests.randomgen.derivatives import way_of
from tests.randomgen.judge import AGREE, INTERNAL, NO_ORACLE, REFUSED, WRONG, Tally, judge, options

COUNT = int(os.environ.get("SRCGRAD_FUZZ", "60"))
REFUSALS = 0.05  # at most this share of the programs

FEATURES = """
arithmetic broadcasting reassign branch elif else nested_branch for_range for_stride
for_negative_step for_array enumerate zip nested_loop while while_data zero_iterations
store_element store_slice store_fancy store_mask augmented_store store_argument store_in_loop
call keyword_argument default_argument multiple_results_call tuple unpacking multiple_outputs
elementwise reduction axis_reduction keepdims matmul reshape transpose conditional_expression
early_return input_rank_0 input_rank_1 input_rank_2 input_rank_3 input_float input_int float32
masked_pole selected_pole pole_written_over lazy lazy_break drawn derived failing handled error
aux outside history comprehension shadowed
table table_in_loop table_loop table_default table_groups table_memo table_set table_read
""".split()

FEATURES_OF_LEVEL_2 = """
view alias swap break continue list append dict mutating_call augmented_array reworked return_in_loop
early_return store_element store_slice store_fancy store_mask augmented_store store_argument
store_in_loop update_item pop list_of_unknown_length walrus call nested_loop nested_branch
input_list recursion masked_pole selected_pole lazy lazy_break drawn derived failing handled error
aux outside history comprehension shadowed
table table_in_loop table_loop table_default table_groups table_memo table_set
""".split()

REFUSED_RIGHTLY = {  # what is refused: why
    "max() of nothing": "it raises for certain, in a branch that is not taken",
    "there is no next item": "likewise",
    "this index is out of range": "likewise",
    "this key is not in the dict": "likewise",
    "this list is empty here": "likewise",
    "this raises": "likewise",
    "is values of different kinds in two iterations": "made of items of a dict that is always empty",
    "calls itself and has a dict": "a memo, and how often the function calls itself is not known",
    "may or may not share memory": "a view or a copy by the layout, and one is written afterwards",
    "may be a number, or an array that is written": "a 0-d array on one path, a number on another",
    "this may be an array that other names share": "`x += y` of what is a number on one path",
    "zip() of a list with a shorter array": "which of the two ends first is not known",
    "zip() of a list and a shorter array": "likewise",
    "has other keys on another path": "a branch that goes both ways in one call",
    "a list or dict changes its structure in a loop": "its variable holds another kind of it each time",
    "the kinds of this loop's variables do not settle": "a variable of a rank that grows",
}

numbers = itertools.count()


@st.composite
def programs(draw: Callable[..., Any], level: int = 1) -> Program:
    """Random programs that hypothesis shrinks."""
    try:
        return write_program(HypothesisChooser(draw), f"hypothesis-{next(numbers)}", level)
    except Untamed:
        return reject()


def stores_into_itself() -> bool:
    """Whether ``a[places] = a`` stores what ``a`` was before: NumPy 2.0 reads what it has written."""
    a = np.array([1.0, 2.0])
    a[np.array([1, 0])] = a
    return bool(np.all(a == [2.0, 1.0]))


@pytest.mark.skipif(not stores_into_itself(), reason="here NumPy stores an array into itself badly")
@pytest.mark.parametrize("level", [1, 2])
def test_gradients_equal_the_oracle(level: int) -> None:
    tally = Tally.empty()
    for seed in range(COUNT):
        program = random_program(seed, level)
        tally.add(seed, program.features, judge(program))
    summary = "\n".join(tally.lines())
    print(summary)
    reports = "\n\n".join(verdict.report for _, verdict in tally.failures[:3])
    assert not tally.failures, f"{summary}\n\n{reports}"
    assert tally.statuses[NO_ORACLE] <= 0.01 * tally.programs, summary
    assert tally.statuses[REFUSED] <= REFUSALS * tally.programs, summary
    kinds = [kind for status, kind in tally.kinds if status == REFUSED]
    assert [kind for kind in kinds if not any(known in kind for known in REFUSED_RIGHTLY)] == []


@settings(
    max_examples=max(20, COUNT // 5),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(programs())
def test_gradients_equal_the_oracle_by_hypothesis(program: Program) -> None:
    verdict = judge(program)
    assert not verdict.failed, verdict.report


@pytest.mark.parametrize("mode", ["generic", "unoptimised", "generic unoptimised"])
def test_modes_agree(mode: str) -> None:
    try:
        options(mode)
    except LookupError as missing:
        pytest.skip(str(missing))
    for seed in range(0, COUNT, 4):
        verdict = judge(random_program(seed), mode)
        assert not verdict.failed, verdict.report


def test_compiled_gradients_equal_the_oracle() -> None:
    pytest.importorskip("numba")
    for seed in range(0, COUNT, 150):
        verdict = judge(random_program(seed, 2), "compiled")
        assert not verdict.failed, verdict.report


def test_a_gradient_changes_no_input_and_shares_no_memory() -> None:
    import srcgrad

    for seed in range(0, COUNT, 3):
        program = random_program(seed)
        if program.error is not None:
            continue
        inputs = program.arguments()
        before = program.function(*program.arguments())
        try:
            gradients = srcgrad.vjp(program.function, inputs, program.cotangent)
        except srcgrad.SrcgradError:
            continue
        mine = [leaf for _, leaf in leaves(gradients) if isinstance(leaf, np.ndarray)]
        given = [leaf for _, leaf in [*leaves(inputs), *leaves(program.cotangent)]]
        others = [leaf for leaf in given if isinstance(leaf, np.ndarray)]
        assert all(leaf.flags.writeable for leaf in mine), program.source
        pairs = [*itertools.combinations(mine, 2), *itertools.product(mine, others)]
        assert not any(np.may_share_memory(a, b) for a, b in pairs), program.source
        after = program.function(*inputs)  # which must see what it was given
        assert [leaf.tobytes() for leaf in arrays(before)] == [
            leaf.tobytes() for leaf in arrays(after)
        ], program.source


def with_arrays(program: Program) -> Callable[..., Any]:
    """The function, given a 0-d array where the program expects one and a scalar is passed."""

    def function(*given: Any) -> Any:
        pairs = zip(given, program.inputs, strict=True)
        return program.function(
            *(np.array(x) if isinstance(like, np.ndarray) else x for x, like in pairs)
        )

    return function


def arrays(value: Any) -> list[np.ndarray]:
    """The leaves of a value as arrays."""
    return [np.asarray(leaf) for _, leaf in leaves(value)]


# the generator itself


@pytest.mark.parametrize("level", [1, 2])
def test_a_seed_is_one_program(level: int) -> None:
    for seed in range(20):
        first, second = random_program(seed, level), random_program(seed, level)
        assert first.source == second.source
        assert [a.tobytes() for a in arrays(first.inputs)] == [
            a.tobytes() for a in arrays(second.inputs)
        ]


@pytest.mark.parametrize(
    ("level", "features"), [(1, FEATURES), (2, FEATURES_OF_LEVEL_2)], ids=["level 1", "level 2"]
)
def test_each_feature_is_in_5_percent_of_the_programs(level: int, features: list[str]) -> None:
    count = 1000
    found = Counter(name for seed in range(count) for name in random_program(seed, level).features)
    rare = {name: found[name] / count for name in features if found[name] < 0.05 * count}
    assert not rare


@pytest.mark.parametrize("level", [1, 2])
def test_the_oracle_agrees_with_the_primal_and_with_differences(level: int) -> None:
    """Differences cannot judge at kinks and jumps, which few programs come close to."""
    differing = []
    for seed in range(100):
        program = random_program(seed, level)
        if program.error is not None or "float32" in program.features:
            continue
        inputs, cotangent = program.inputs, program.cotangent
        value, gradient = oracle_value_and_vjp(program.function, inputs, cotangent)
        direct = arrays(program.function(*program.arguments()))
        for ours, theirs in zip(direct, arrays(value), strict=True):
            np.testing.assert_allclose(ours, theirs, 1e-9, 1e-12, err_msg=program.source)
        differences = central_differences(with_arrays(program), inputs, cotangent)
        found = [leaf for _, leaf in leaves(gradient) if leaf is not None]
        sizes = [np.max(np.abs(leaf), initial=1.0) for leaf in found]
        try:
            assert_same_gradients(differences, gradient, 1e-4, 1e-5 * max(sizes, default=1.0))
        except AssertionError:
            differing.append(seed)
    assert len(differing) <= 4, differing


class Fake:
    """srcgrad, of which some functions are others."""

    def __init__(self, **others: Any) -> None:
        self.others = others

    def __getattr__(self, name: str) -> Any:
        import srcgrad

        return self.others.get(name) or getattr(srcgrad, name)


def verdict_on(program: Program, monkeypatch: pytest.MonkeyPatch, **others: Any) -> str:
    monkeypatch.setattr(judging, "srcgrad", lambda: Fake(**others))
    return judge(program).status


def asked_by(way: str) -> Program:
    """A program that the judge differentiates by this function."""
    for seed in range(200):
        program = random_program(seed)
        plain = not program.history and program.error is None and "float32" not in program.features
        if ("aux" in program.features) == (way == "value_and_grad") and plain:
            if way == "value_and_grad" or WAYS[way_of(program)] == way:
                return program
    raise LookupError(way)


WAYS = ["vjp", "value_and_vjp", "pullback"]
CHANGES = [
    lambda x: x + 1e-5,
    lambda x: np.asarray(x)[None],
    lambda x: np.asarray(x, np.float32),
]


def each_leaf(change: Callable[[Any], Any], value: Any) -> Any:
    return map_structure(lambda x: None if x is None else change(x), value)


@pytest.mark.parametrize("way", ["vjp", "value_and_vjp", "pullback", "value_and_grad"])
@pytest.mark.parametrize("change", [lambda x: x, *CHANGES])
def test_a_wrong_gradient_is_found(monkeypatch, way, change) -> None:
    """Values, shapes and dtypes, by each way to ask for a gradient: the judge sees each."""
    import srcgrad

    program, right = asked_by(way), getattr(srcgrad, way)

    def changed(*given: Any, **options: Any) -> Any:
        if way == "value_and_grad":
            f = right(*given, **options)
            return lambda *inputs: (lambda value, g: (value, each_leaf(change, g)))(*f(*inputs))
        found = right(*given, **options)
        if way == "vjp":
            return each_leaf(change, found)
        if way == "pullback":
            return found[0], lambda y_bar: each_leaf(change, found[1](y_bar))
        return found[0], each_leaf(change, found[1])

    expected = WRONG if change in CHANGES else AGREE
    assert verdict_on(program, monkeypatch, **{way: changed}) == expected


@pytest.mark.parametrize("way", ["value_and_vjp", "value_and_grad", "jvp"])
@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("change", CHANGES)
def test_a_wrong_value_or_tangent_is_found(monkeypatch, way, part, change) -> None:
    import srcgrad

    if (way, part) == ("value_and_grad", 1):
        pytest.skip("that is the gradient")
    right = getattr(srcgrad, way)
    program = asked_by("value_and_vjp" if way == "jvp" else way)

    def wrong(found: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(each_leaf(change, x) if k == part else x for k, x in enumerate(found))

    def changed(*given: Any, **options: Any) -> Any:
        found = right(*given, **options)
        return wrong(found) if way != "value_and_grad" else lambda *inputs: wrong(found(*inputs))

    assert verdict_on(program, monkeypatch, **{way: changed}) == WRONG


def test_a_lost_error_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = map(random_program, range(2000))
    raising = (p for p in programs if type(p.error) is ValueError and not p.history)
    program = next(p for p in raising if "aux" not in p.features and way_of(p) == 1)
    assert judge(program).status == AGREE

    def lost(*given: Any, **options: Any) -> Any:
        return 0.0, ()

    def another(*given: Any, **options: Any) -> Any:
        raise type(program.error)("another")  # type: ignore[misc]

    ways = [*WAYS, "value_and_grad", "jvp"]
    assert verdict_on(program, monkeypatch, **dict.fromkeys(ways, lost)) == WRONG
    assert verdict_on(program, monkeypatch, **dict.fromkeys(ways, another)) == INTERNAL
    assert verdict_on(program, monkeypatch, jvp=lost) == WRONG


def test_a_stale_answer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not look at the module again gives the same in each step of a history."""
    import srcgrad

    found: dict[Any, Any] = {}

    def first(f: Any, inputs: Any, tangents: Any) -> Any:
        if f not in found:
            found[f] = srcgrad.jvp(f, inputs, tangents)
        return found[f]

    programs = (p for p in map(random_program, range(1000)) if p.history)
    stale = (p for p in programs if verdict_on(p, monkeypatch, jvp=first) == WRONG)
    assert len(list(itertools.islice(stale, 2))) == 2


def test_a_defect_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever class it is raised as: only what is refused for a reason is a refusal."""
    import srcgrad

    def status(error: Exception) -> str:
        def vjp(f: Any, inputs: tuple[Any, ...], cotangent: Any) -> tuple[Any, ...]:
            raise error

        monkeypatch.setattr(judging, "srcgrad", lambda: Fake(vjp=vjp))
        verdict = judge(asked_by("vjp"))
        assert verdict.failed == (verdict.status != REFUSED)
        return verdict.status

    assert status(srcgrad.InternalError("read out of scope")) == INTERNAL
    assert status(srcgrad.UnsupportedSyntax("KeyError\n  try: please report it")) == INTERNAL
    assert status(IndexError("list index out of range")) == INTERNAL
    assert status(srcgrad.UnsupportedSyntax("`global` cannot be differentiated")) == REFUSED
