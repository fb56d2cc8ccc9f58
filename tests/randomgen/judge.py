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
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.oracle import assert_same_gradients, leaves, oracle_value_and_vjp
from tests.randomgen.program import Program

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
    """Differentiate the program by srcgrad and by the oracle, and compare."""
    try:
        with np.errstate(all="ignore"):
            value, expected = oracle_value_and_vjp(
                program.function, program.arguments(), program.cotangent
            )
            if not same_path(program, value, program.function(*program.arguments())):
                return Verdict(NO_ORACLE, "in float64 the program takes another path")
    except Exception as error:
        return Verdict(NO_ORACLE, _last_frame(error), explain(program, mode, _trace(error)))
    return compare(program, expected, mode)


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


def compare(program: Program, expected: tuple[Any, ...], mode: str = "plain") -> Verdict:
    """Compare srcgrad's gradient with one that is known."""
    package = srcgrad()
    inputs, cotangent = program.arguments(), copy.deepcopy(program.cotangent)
    try:
        with np.errstate(all="ignore"), options(chosen_for(program, mode)):
            compiled = {"jit": True} if mode == "compiled" else {}
            actual = package.vjp(program.function, inputs, cotangent, **compiled)
    except (package.SrcgradError, NotImplementedError) as error:
        if type(error).__name__ == "InternalError" or "please report it" in str(error):
            return Verdict(INTERNAL, _last_frame(error), explain(program, mode, _trace(error)))
        kind = f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
        return Verdict(REFUSED, kind, explain(program, mode, str(error)))
    except Exception as error:
        return Verdict(INTERNAL, _last_frame(error), explain(program, mode, _trace(error)))
    try:
        assert_unchanged(program, inputs, cotangent)
        assert_agreement(program, actual, expected)
    except AssertionError as error:
        found = f"{error}\n\nsrcgrad: {actual}\noracle:  {expected}"
        return Verdict(WRONG, "", explain(program, mode, found))
    return Verdict(AGREE)


def assert_unchanged(program: Program, inputs: tuple[Any, ...], cotangent: Any) -> None:
    """Assert that inputs and cotangent hold what they held, bit for bit."""
    given = [*leaves(program.inputs), *leaves(program.cotangent)]
    for (path, before), (_, after) in zip(
        given, [*leaves(inputs), *leaves(cotangent)], strict=True
    ):
        if np.asarray(before).tobytes() != np.asarray(after).tobytes():
            raise AssertionError(f"vjp changed an input or the cotangent at {path or 'its top'}")


def assert_agreement(program: Program, actual: Any, expected: tuple[Any, ...]) -> None:
    """Assert equality of structure, shape, dtype and, at the scale of each gradient, value."""
    single = "float32" in program.features
    for position, (ours, theirs) in enumerate(zip(actual, expected, strict=True)):
        sizes = [
            np.max(np.abs(leaf), initial=0.0) for _, leaf in leaves(theirs) if leaf is not None
        ]
        scale = max([1.0, *(size for size in sizes if np.isfinite(size))])
        try:
            assert_same_gradients(
                ours, theirs, 5e-3 if single else 1e-7, (5e-3 if single else 1e-9) * scale
            )
        except AssertionError as error:
            raise AssertionError(f"input {position}: {error}") from None


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
