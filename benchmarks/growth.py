"""How the time of a gradient grows with n, and the plot of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import contest

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
QUICK_SIZES = (1_000, 3_000, 10_000)


@dataclass(frozen=True)
class Growth:
    """The outcomes of one family of cases, in the order of their sizes."""

    name: str
    outcomes: tuple[contest.Outcome, ...]

    def points(self, contender: str) -> list[tuple[int, float]]:
        """The sizes and medians of a contender."""
        medians = ((o.size, o.median(contender)) for o in self.outcomes)
        return [(n, t) for n, t in medians if t is not None]

    def exponent(self, contender: str, last: int | None = None) -> float | None:
        """The slope of log time over log n, by least squares; of two points or more.

        Of the best times, since a slow spell at one size would bend the line. `last` restricts
        the fit to so many of the largest sizes.
        """
        best = [(o.size, o.timings[contender].best)
                for o in self.outcomes if contender in o.timings]  # fmt: skip
        if len(best) < 2:
            return None
        sizes, times = np.log(best[-last:] if last else best).T
        return float(np.polyfit(sizes, times, 1)[0])


def affordable(names: Iterable[str], done: Sequence[contest.Outcome], n: int, limit: float):
    """The contenders that will take less than `limit` seconds at `n`, from what they took so far.

    The last two sizes give the growth; with one only, the growth is taken to be quadratic.
    """
    for name in names:
        points = [(o.size, t) for o in done if (t := o.median(name)) is not None]
        if done and not points:
            continue  # failed or skipped before
        slope = 2.0
        if len(points) > 1:
            (n0, t0), (n1, t1) = points[-2:]
            slope = max(1.0, np.log(t1 / t0) / np.log(n1 / n0))
        if not points or points[-1][1] * (n / points[-1][0]) ** slope < limit:
            yield name


def run(name: str, names: Sequence[str], sizes: Sequence[int], quick: bool, limit: float) -> Growth:
    """Time one family of `LINEAR` at all sizes, each contender as far as `limit` seconds a call."""
    outcomes: list[contest.Outcome] = []
    remaining = list(names)
    for n in sizes:
        remaining = list(affordable(remaining, outcomes, n, limit))
        outcomes.append(contest.run(f"{name}@{n}", remaining, quick, growing=True))
    return Growth(name, tuple(outcomes))


LINES = {
    "by hand": ("0.55", "--"),
    "srcgrad": ("#0b6e4f", "-"),
    "torch": ("#d1495b", "-"),
    "autograd": ("#edae49", "-"),
}


def plot(growths: Sequence[Growth], path: Path) -> bool:
    """Draw time over n, one panel a family; False where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(
        1, len(growths), figsize=(3.4 * len(growths), 3.6), sharey=True, squeeze=False
    )
    for growth, panel in zip(growths, panels[0], strict=True):
        for name, (colour, style) in LINES.items():
            points = growth.points(name)
            if points:
                exponent = growth.exponent(name)
                label = name if exponent is None else f"{name}, n^{exponent:.2f}"
                panel.loglog(*zip(*points, strict=True), style, color=colour, marker="o",
                             markersize=4, label=label)  # fmt: skip
        panel.set_title(growth.name, fontsize=10)
        panel.set_xlabel("n")
        panel.grid(True, which="major", alpha=0.25)
        panel.legend(frameon=False, fontsize=8, loc="upper left")
    panels[0][0].set_ylabel("seconds per gradient")
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
    return True
