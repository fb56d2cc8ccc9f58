"""The rows as points on one line each: how many times as long as hand-written loops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.contest import Outcome

UNIT = "by hand, Numba"
POINTS = {
    "srcgrad, jit": ("#0b6e4f", "o"),
    "srcgrad": ("#6bbf9c", "s"),
    "by hand, C++": ("0.35", "|"),
    "JAX, jit": ("#00798c", "^"),
    "torch": ("#d1495b", "v"),
    "autograd": ("#edae49", "D"),
}


def plot(outcomes: Sequence[Outcome], path: Path) -> bool:
    """Draw the rows; False where matplotlib is not installed or nothing can be compared."""
    rows = [o for o in reversed(outcomes) if UNIT in o.timings]
    try:
        import matplotlib
    except ImportError:
        return False
    if not rows:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panel = pyplot.subplots(figsize=(8.0, 1.0 + 0.19 * len(rows)))
    for name, (colour, marker) in POINTS.items():
        found = [(r, at) for at, o in enumerate(rows) if (r := o.ratio(name, UNIT)) is not None]
        if found:
            panel.scatter(*zip(*found, strict=True), s=22, color=colour, marker=marker, label=name)
    panel.axvline(1.0, color="0.6", linewidth=0.8, linestyle="--")
    panel.set_xscale("log")
    panel.set_yticks(range(len(rows)), [o.label for o in rows], fontsize=7)
    panel.set_ylim(-0.7, len(rows) - 0.3)
    panel.set_xlabel("times as long as the adjoint as loops, by hand, compiled by Numba")
    panel.grid(True, alpha=0.2)
    panel.legend(frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.4, 1.0))
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return True
