"""The verdict on one program: does srcgrad's gradient equal the oracle's?

A refusal (`SrcgradError`) is a verdict of its own: only a wrong gradient, a changed input, or an
exception of another kind is a failure. `srcgrad` is imported when the first program is judged.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.oracle import leaves, oracle_value_and_vjp
from tests.randomgen import derivatives
from tests.randomgen.program import Program, load, run, tame

AGREE, WRONG, INTERNAL, REFUSED, NO_ORACLE = "agree", "wrong", "internal", "refused", "no oracle"
MODES: dict[str, dict[str, bool]] = {
    "plain": {},
    "open": {"short_axes": False},
    "generic": {"specialize": False},
    "unoptimised": {"optimize": False},
    "generic unoptimised": {"specialize": False, "optimize": False},
    "compiled": {},
}


@dataclass(frozen=True)
class Verdict:
    """What came of a program; `kind` groups refusals and errors, `report` is for a person."""

    status: str
    kind: str = ""
    report: str = ""

    @property
    def failed(self) -> bool:
        """Whether srcgrad is at fault."""
        return self.status in (WRONG, INTERNAL)

    @property
    def group(self) -> tuple[str, str]:
        """What this failure has in common with others of the same cause."""
        return self.status, self.kind


def srcgrad() -> Any:
    """The package under test."""
    return importlib.import_module("srcgrad")


def options(mode: str) -> AbstractContextManager[Any]:
    """The hidden options of a mode, for a `with` statement; `LookupError` where there are none."""
    chosen = MODES[mode]
    if not chosen:
        return contextlib.nullcontext()
    try:
        return importlib.import_module("srcgrad.testing").options(**chosen)
    except (ImportError, AttributeError) as error:
        raise LookupError("srcgrad.testing.options is missing") from error


def chosen_for(program: Program, mode: str) -> str:
    """The sizes of these arrays are all short ones: every other program is to do without."""
    other = mode == "plain" and zlib.crc32(program.name.encode()) % 2
    return "open" if other else mode


def judge(program: Program, mode: str = "plain") -> Verdict:
    """Differentiate the program by srcgrad and by the oracle, and compare; then after each change
    of its module."""
    history = program.history
    if not history:
        return judge_now(program, mode)
    function = load(f"{program.name}-changing", program.source)
    program = replace(program, function=function, history=())
    for number, change in enumerate(("", *history)):
        with contextlib.suppress(AttributeError, TypeError):  # a tuple has no `append`
            run(f"<change {number} of {program.name}>", change, function.__globals__)
        program = replace(program, error=None)
        try:
            with np.errstate(all="ignore"):
                if not tame(function(*program.arguments())):
                    break
        except Exception as error:
            program = replace(program, error=error)
        verdict = judge_now(program, mode)
        if verdict.status != AGREE:
            return replace(verdict, report=f"after {history[:number]}:\n{verdict.report}")
    return Verdict(AGREE)


def judge_now(program: Program, mode: str) -> Verdict:
    """The verdict on a program in the state in which its module is."""
    if program.error is not None:  # compiled arithmetic raises less than Python's
        return Verdict(AGREE) if mode == "compiled" else compare(program, (), None, mode)
    try:
        with np.errstate(all="ignore"):
            value, expected = oracle_value_and_vjp(
                program.function, program.arguments(), program.cotangent
            )
            direct = program.function(*program.arguments())
            if not same_path(program, value, direct):
                return Verdict(NO_ORACLE, "in float64 the program takes another path")
    except Exception as error:
        return Verdict(NO_ORACLE, _last_frame(error), explain(program, mode, _trace(error)))
    return compare(program, expected, direct, mode)


def same_path(program: Program, mine: Any, value: Any) -> bool:
    """Whether the oracle, which computes in float64, found the value of a program in float32."""
    if "float32" not in program.features:
        return True
    pairs = [
        (np.asarray(a, np.float64), np.asarray(b, np.float64))
        for (_, a), (_, b) in zip(leaves(mine), leaves(value), strict=True)
    ]
    return all(
        a.shape == b.shape and np.allclose(a, b, 1e-2, 1e-2, equal_nan=True) for a, b in pairs
    )


def compare(
    program: Program, expected: tuple[Any, ...], value: Any, mode: str = "plain"
) -> Verdict:
    """Compare what srcgrad finds with a gradient and a value that are known."""
    package, found = srcgrad(), None
    inputs, cotangent = program.arguments(), copy.deepcopy(program.cotangent)
    moved, single = derivatives.direction(inputs), "float32" in program.features
    try:
        with np.errstate(all="ignore"), options(chosen_for(program, mode)):
            with derivatives.raising(program.error):
                found = derivatives.gradients(package, program, mode, inputs, cotangent)
            if program.error is None:
                derivatives.assert_unchanged(program, inputs, cotangent)
                derivatives.assert_gradients(program, found[1], expected)
                derivatives.assert_same_value(
                    value if found[0] is None else found[0], value, single
                )
            with derivatives.raising(program.error):
                found = package.jvp(program.function, program.arguments(), moved)
            if program.error is None:
                derivatives.assert_same_value(found[0], value, single)
                derivatives.assert_tangent(program, found[1], value, expected, moved)
    except (package.SrcgradError, NotImplementedError) as error:
        if type(error).__name__ == "InternalError" or "please report it" in str(error):
            return Verdict(INTERNAL, _last_frame(error), explain(program, mode, _trace(error)))
        lines = str(error).strip().splitlines()
        several = lines[0].endswith("constructs cannot be differentiated")
        kind = lines[2] if several else f"{type(error).__name__}: {lines[0]}"
        return Verdict(REFUSED, kind, explain(program, mode, str(error)))
    except AssertionError as error:
        if program.error is None and not _ours(error):
            return Verdict(INTERNAL, _last_frame(error), explain(program, mode, _trace(error)))
        text = f"{error}\n\nsrcgrad: {found}\nexpected: {expected}, {value}, {program.error!r}"
        return Verdict(WRONG, "", explain(program, mode, text))
    except Exception as error:
        return Verdict(INTERNAL, _last_frame(error), explain(program, mode, _trace(error)))
    return Verdict(AGREE)


def _ours(error: BaseException) -> bool:
    """Whether the assertion is one of this judge's."""
    return "tests" in traceback.extract_tb(error.__traceback__)[-1].filename


def explain(program: Program, mode: str, found: str) -> str:
    """A report on a program: its source, its inputs, the generated adjoint, and what was found."""
    with np.printoptions(precision=17, threshold=100):
        inputs = "\n".join(f"  {value!r}" for value in program.inputs)
    title = f"program {program.name}, {mode}"
    parts = [title, program.source, f"inputs:\n{inputs}", f"cotangent: {program.cotangent!r}"]
    return "\n".join([*parts, "", _generated(program, mode), "", found])


def _generated(program: Program, mode: str) -> str:
    """The adjoint's source, or why there is none."""
    try:
        with options(mode):
            return srcgrad().source(program.function, *program.arguments())
    except Exception as error:
        return f"no generated source: {type(error).__name__}"


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _last_frame(error: BaseException) -> str:
    """The error's class and where it was raised, without what differs from program to program."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    folder, _, name = frame.filename.replace("\\", "/").rpartition("/")
    return f"{type(error).__name__} in {folder.rpartition('/')[2]}/{name}:{frame.lineno}"


@dataclass
class Tally:
    """Counts over many programs."""

    programs: int
    statuses: Counter[str]
    kinds: Counter[tuple[str, str]]
    features: Counter[str]
    failures: list[tuple[int, Verdict]]  # with the program's seed

    @classmethod
    def empty(cls) -> Tally:
        """No program yet."""
        return cls(0, Counter(), Counter(), Counter(), [])

    def add(self, seed: int, features: frozenset[str], verdict: Verdict) -> None:
        """Count one program."""
        self.programs += 1
        self.statuses[verdict.status] += 1
        self.features.update(features)
        if verdict.status != AGREE:
            self.kinds[verdict.group] += 1
        if verdict.failed:
            self.failures.append((seed, verdict))

    def merge(self, other: Tally) -> None:
        """Add the counts of another tally."""
        self.programs += other.programs
        self.statuses += other.statuses
        self.kinds += other.kinds
        self.features += other.features
        self.failures += other.failures

    def lines(self) -> Iterator[str]:
        """The counts, for a person."""
        yield f"{self.programs} programs: " + ", ".join(
            f"{count} {status}" for status, count in self.statuses.most_common()
        )
        for (status, kind), count in self.kinds.most_common():
            yield f"  {count:6d}  {status}: {kind or 'value, shape, dtype, or a changed input'}"
