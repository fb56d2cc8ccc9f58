"""Fit the NIST reference data sets for nonlinear regression, with derivatives from srcgrad.

A model is an ordinary NumPy function of its parameters `b` and the predictor `x`.  srcgrad writes
its derivatives: `jacobian` gives the Jacobian, `vjp` the gradient of the sum of squares.  SciPy's
trust-region solver, called by `srcgrad.scipy`, does the search from both published starting points.
Because the Jacobian is exact, a few Gauss-Newton steps then take the solution to the last certified
digits.

    python examples/nist_regression.py             # all fits, drawn in nist_regression.png
    python examples/nist_regression.py --dataset MGH17 --no-plot

Needs SciPy, and matplotlib for the figure: pip install 'srcgrad[examples]'.
The data are the National Institute of Standards and Technology's, and in the public domain.
"""

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import srcgrad
from srcgrad.scipy import least_squares

DATA = Path(__file__).parent / "data"
CERTIFIED_DIGITS = 11  # as many as NIST publishes
AGREEING = 4  # a fit that agrees to fewer digits found another minimum, or none


# The models, by the names of their data sets


def misra1a(b, x):
    return b[0] * (1 - np.exp(-b[1] * x))


def misra1b(b, x):
    return b[0] * (1 - (1 + b[1] * x / 2) ** -2)


def chwirut2(b, x):
    return np.exp(-b[0] * x) / (b[1] + b[2] * x)


def danwood(b, x):
    return b[0] * x ** b[1]


def lanczos3(b, x):
    return b[0] * np.exp(-b[1] * x) + b[2] * np.exp(-b[3] * x) + b[4] * np.exp(-b[5] * x)


def gauss1(b, x):
    decay = b[0] * np.exp(-b[1] * x)
    left = b[2] * np.exp(-((x - b[3]) ** 2) / b[4] ** 2)
    right = b[5] * np.exp(-((x - b[6]) ** 2) / b[7] ** 2)
    return decay + left + right


def kirby2(b, x):
    return (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2)


def hahn1(b, x):
    numerator = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
    denominator = 1 + b[4] * x + b[5] * x**2 + b[6] * x**3
    return numerator / denominator


def mgh17(b, x):
    return b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4])


def enso(b, x):
    year = 2 * np.pi * x / 12
    second = 2 * np.pi * x / b[3]
    third = 2 * np.pi * x / b[6]
    y = b[0] + b[1] * np.cos(year) + b[2] * np.sin(year)
    y = y + b[4] * np.cos(second) + b[5] * np.sin(second)
    y = y + b[7] * np.cos(third) + b[8] * np.sin(third)
    return y


def thurber(b, x):
    numerator = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
    denominator = 1 + b[4] * x + b[5] * x**2 + b[6] * x**3
    return numerator / denominator


def boxbod(b, x):
    return b[0] * (1 - np.exp(-b[1] * x))


def rat43(b, x):
    return b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3])


def eckerle4(b, x):
    return b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2)


MODELS = {  # in NIST's order of difficulty
    "Misra1a": misra1a,
    "Misra1b": misra1b,
    "Chwirut2": chwirut2,
    "DanWood": danwood,
    "Lanczos3": lanczos3,
    "Gauss1": gauss1,
    "Kirby2": kirby2,
    "Hahn1": hahn1,
    "MGH17": mgh17,
    "ENSO": enso,
    "Thurber": thurber,
    "BoxBOD": boxbod,
    "Rat43": rat43,
    "Eckerle4": eckerle4,
}


# Data


@dataclass(frozen=True)
class Dataset:
    """One reference data set with its certified least-squares solution."""

    name: str
    model: Callable
    level: str  # of difficulty
    starts: np.ndarray  # (2, parameters)
    certified: np.ndarray  # (parameters,)
    certified_rss: float
    x: np.ndarray
    y: np.ndarray


def read(name):
    """Read `data/<name>.dat`, whose header says on which lines everything stands."""
    text = (DATA / f"{name}.dat").read_text()
    lines = text.splitlines()

    def section(title):
        first, last = re.search(rf"{title}\s+\(lines\s+(\d+)\s+to\s+(\d+)\)", text).groups()
        return lines[int(first) - 1 : int(last)]

    # "  b1 =   500         250           2.3894212918E+02  2.7070075241E+00"
    rows = [line.split("=")[1].split() for line in section("Starting Values")]
    start1, start2, certified, _ = np.array(rows, dtype=float).T
    rss = re.search(r"Residual Sum of Squares:\s+(\S+)", "\n".join(section("Certified Values")))
    y, x = np.loadtxt(section("Data"), unpack=True)
    level = re.search(r"(\w+) Level of Difficulty", text)
    starts = np.array([start1, start2])
    return Dataset(name, MODELS[name], level[1].lower(), starts, certified, float(rss[1]), x, y)


# Derivatives


def optimality(data, b):
    """The largest cosine between the residual and a column of the Jacobian; 0 at a solution.

    The gradient of half the sum of squares is one vjp, seeded with the residual.
    """
    residual = data.model(b, data.x) - data.y
    (gradient,) = srcgrad.vjp(data.model, (b, data.x), residual, argnums=(0,))
    lengths = np.linalg.norm(srcgrad.jacobian(data.model)(b, data.x), axis=0)
    return np.max(np.abs(gradient) / (lengths * np.linalg.norm(residual)))


# Least squares


@dataclass(frozen=True)
class Fit:
    """Where one fit ended, and how."""

    b: np.ndarray
    rss: float
    evaluations: int
    refinements: int
    optimality: float


def misfit(b, model, x, y):
    return model(b, x) - y


def fit(data, start, progress):
    """Search from `start`, then refine; `progress(iteration, rss)` is called on the way."""
    with np.errstate(all="ignore"):  # a trial step may overflow; the solver then shortens it
        found = least_squares(
            misfit,
            start,
            (data.model, data.x, data.y),
            progress=lambda iteration, rss, slope: progress(iteration, rss),
            method="trf",
            x_scale="jac",
            ftol=1e-15,
            xtol=1e-15,
            gtol=1e-15,
            max_nfev=3000,
        )
        b, refinements = refine(data, found.x)
        return Fit(b, rss(data, b), found.nfev, refinements, optimality(data, b))


def refine(data, b, most=100):
    """Gauss-Newton steps until they stop shrinking; returns the solution and their number.

    The search ends where the sum of squares no longer changes in floating point, half the digits
    before the parameters do.  The steps go by the derivatives only, and have no such limit.
    """
    shortest = np.inf
    for count in range(most):
        columns = srcgrad.jacobian(data.model)(b, data.x)
        scale = np.linalg.norm(columns, axis=0)
        if not np.all(np.isfinite(columns)) or not np.all(scale):
            return b, count
        residual = data.y - data.model(b, data.x)
        step = np.linalg.lstsq(columns / scale, residual, rcond=None)[0] / scale
        length = np.linalg.norm(step * scale)
        if not length < shortest:
            return b, count
        b, shortest = b + step, length
    return b, most


def rss(data, b):
    """The residual sum of squares."""
    residual = misfit(b, data.model, data.x, data.y)
    return residual @ residual


def agreeing_digits(value, certified):
    """The number of significant digits in which `value` and `certified` agree, 0 to 11."""
    with np.errstate(divide="ignore"):
        digits = -np.log10(np.abs(value - certified) / np.abs(certified))
    return np.clip(np.nan_to_num(digits, nan=0.0), 0.0, CERTIFIED_DIGITS)


# Printing


class Progress:
    """A line that rewrites itself on a terminal, and is silent elsewhere."""

    def __init__(self, title):
        self.title = title
        self.terminal = sys.stdout.isatty()

    def __call__(self, iteration, sum_of_squares):
        if self.terminal:
            line = f"  {self.title}: iteration {iteration}, sum of squares {sum_of_squares:.6e}"
            print(f"\r\033[K{line}", end="", flush=True)

    def done(self, text):
        """Replace the line by its last version."""
        print(("\r\033[K" if self.terminal else "") + f"  {self.title}: {text}", flush=True)


def fit_and_report(data):
    """Fit from both starting points and print the comparison; returns the two fits."""
    count, parameters = len(data.y), len(data.certified)
    print(f"\n{data.name}: {count} observations, {parameters} parameters, {data.level} difficulty")
    fits = []
    for number, start in enumerate(data.starts, 1):
        progress = Progress(f"start {number}")
        done = fit(data, start, progress)
        progress.done(
            f"{done.evaluations} evaluations, {done.refinements} Gauss-Newton steps, "
            f"largest cosine {done.optimality:.0e}"
        )
        fits.append(done)
    print(f"  {'':4}{'certified':>18}{'from start 1':>20}  digits{'from start 2':>20}  digits")
    for index, certified in enumerate(data.certified):
        print_row(f"b{index + 1}", certified, [done.b[index] for done in fits])
    print_row("rss", data.certified_rss, [done.rss for done in fits])
    return fits


def print_row(name, certified, found):
    """One line of the comparison."""
    cells = [f"{value:20.10E}{agreeing_digits(value, certified):8.1f}" for value in found]
    print(f"  {name:4}{certified:18.10E}{''.join(cells)}")


def print_summary(fitted):
    """The fewest agreeing digits of each fit's parameters; returns how many fits went astray."""
    print("\nFewest agreeing digits among the parameters (NIST certifies 11)")
    print("  data set   start 1   start 2")
    everything = []
    for data, fits in fitted:
        fewest = [agreeing_digits(done.b, data.certified).min() for done in fits]
        everything += fewest
        print(f"  {data.name:<10}" + "".join(f"{digits:8.1f}  " for digits in fewest).rstrip())
    astray = sum(digits < AGREEING for digits in everything)
    print(
        f"{len(everything) - astray} of {len(everything)} fits reached the certified solution, "
        f"the least exact of all to {min(everything):.1f} digits"
    )
    return astray


# Drawing


def draw(fitted, path):
    """One panel for each data set: the observations, and the fit from the first start."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    columns = min(4, len(fitted))
    rows = -(-len(fitted) // columns)
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(3.6 * columns, 2.8 * rows), squeeze=False, layout="constrained"
    )
    for panel in axes.flat[len(fitted) :]:
        panel.set_visible(False)
    for panel, (data, fits) in zip(axes.flat[: len(fitted)], fitted, strict=True):
        x = np.linspace(data.x.min(), data.x.max(), 500)
        panel.plot(x, data.model(fits[0].b, x), color="tab:blue", linewidth=1.6)
        panel.plot(data.x, data.y, ".", color="0.25", markersize=3.5)
        panel.set_title(data.name, fontsize=10)
        panel.tick_params(labelsize=7)
    figure.suptitle("NIST reference data (dots) and least-squares fits (lines)", fontsize=12)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def main():
    """Fit what the command line names; the exit status is 1 if a fit went astray."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--dataset", action="append", choices=MODELS, help="fit only this one (may be repeated)"
    )
    parser.add_argument("--output", default="nist_regression.png", metavar="PNG", type=Path)
    parser.add_argument("--no-plot", action="store_true", help="draw nothing")
    options = parser.parse_args()

    fitted = []
    for name in options.dataset or MODELS:
        data = read(name)
        fitted.append((data, fit_and_report(data)))
    astray = print_summary(fitted)
    if not options.no_plot:
        draw(fitted, options.output)
        print(f"data and fits are drawn in {options.output}")
    return 1 if astray else 0


if __name__ == "__main__":
    sys.exit(main())
