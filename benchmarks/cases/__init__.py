"""The programs that are timed, one subject a file, collected in `DENSE` and `LINEAR`."""

from __future__ import annotations

from benchmarks.cases.case import Case
from benchmarks.cases.elementwise import elementwise_case
from benchmarks.cases.linear import LINEAR
from benchmarks.cases.logsumexp import logsumexp_case
from benchmarks.cases.mlp import mlp_case
from benchmarks.cases.scalar_loop import scalar_loop_case

DENSE = (
    elementwise_case(3),
    elementwise_case(1_000),
    elementwise_case(1_000_000),
    scalar_loop_case(10),
    scalar_loop_case(1_000),
    logsumexp_case(1_000),
    logsumexp_case(1_000_000),
    logsumexp_case(1_000, held=True),
    logsumexp_case(1_000_000, held=True),
    mlp_case(64),
    mlp_case(256),
)

__all__ = ["DENSE", "LINEAR", "Case"]
