"""Trees and tables: options, splines, interpolation, a wavelet."""

import math

import numpy as np

from ..registry import program

rng = np.random.default_rng(35)
normal, uniform = rng.normal, rng.uniform


@program(100.0, 105.0, 0.05, 0.3, 1.0, 6, twice=False)
def american_put(spot, strike, rate, sigma, maturity, steps):
    """A put that may be exercised early, on a binomial tree.

    Cox, Ross and Rubinstein, J. Financial Economics 7 (1979) 229-263.
    """
    dt = maturity / steps
    up = math.exp(sigma * math.sqrt(dt))
    down = 1.0 / up
    growth = math.exp(rate * dt)
    q = (growth - down) / (up - down)
    if not 0.0 < q < 1.0:
        raise ValueError("the tree admits arbitrage")
    discount = math.exp(-rate * dt)
    values = np.zeros(steps + 1)
    for j in range(steps + 1):
        values[j] = max(strike - spot * up**j * down ** (steps - j), 0.0)
    for level in range(steps - 1, -1, -1):
        for j in range(level + 1):
            hold = discount * (q * values[j + 1] + (1.0 - q) * values[j])
            exercise = strike - spot * up**j * down ** (level - j)
            values[j] = exercise if exercise > hold else hold
    return values[0]


@program(
    np.array([0.0, 0.7, 1.5, 2.1, 3.0]), normal(size=5), uniform(0.1, 2.9, size=6), twice=False
)
def natural_cubic_spline(x, y, queries):
    """Second derivatives by a tridiagonal solve, then evaluation by intervals.

    Press et al., Numerical Recipes, section 3.3.
    """
    n = len(x)
    second = np.zeros(n)
    work = np.zeros(n)
    for i in range(1, n - 1):
        sig = (x[i] - x[i - 1]) / (x[i + 1] - x[i - 1])
        p = sig * second[i - 1] + 2.0
        second[i] = (sig - 1.0) / p
        jump = (y[i + 1] - y[i]) / (x[i + 1] - x[i]) - (y[i] - y[i - 1]) / (x[i] - x[i - 1])
        work[i] = (6.0 * jump / (x[i + 1] - x[i - 1]) - sig * work[i - 1]) / p
    for k in range(n - 2, -1, -1):
        second[k] = second[k] * second[k + 1] + work[k]

    out = np.empty(len(queries))
    for number, q in enumerate(queries):
        low, high = 0, n - 1
        while high - low > 1:
            middle = (high + low) // 2
            if x[middle] > q:
                high = middle
            else:
                low = middle
        h = x[high] - x[low]
        a, b = (x[high] - q) / h, (q - x[low]) / h
        out[number] = a * y[low] + b * y[high]
        out[number] += ((a**3 - a) * second[low] + (b**3 - b) * second[high]) * h**2 / 6.0
    return out


@program(np.array([0.0, 1.0, 2.5, 4.0]), normal(size=4), 1.7, twice=False)
def neville_interpolation(xs, ys, x):
    """The value of the interpolating polynomial; the table overwrites the ordinates.

    Stoer and Bulirsch, Introduction to Numerical Analysis, section 2.1.2.
    """
    n = len(xs)
    p = ys.copy()
    error = 0.0
    for m in range(1, n):
        for i in range(n - m):
            before = p[i]
            p[i] = ((x - xs[i + m]) * p[i] + (xs[i] - x) * p[i + 1]) / (xs[i] - xs[i + m])
            error = p[i] - before
    return p[0], error


@program(normal(size=8), 0.1, twice=False)
def haar_shrinkage(signal, threshold):
    """A wavelet transform in place, soft thresholds, and back.

    Mallat, A Wavelet Tour of Signal Processing, sections 7.3 and 11.3.
    """
    n = signal.size
    root = math.sqrt(2.0)
    length = n
    while length > 1:
        head = signal[:length]
        even, odd = head[0::2].copy(), head[1::2].copy()
        half = length // 2
        head[:half] = (even + odd) / root
        head[half:] = (even - odd) / root
        length = half
    details = signal[1:]
    details[:] = np.sign(details) * np.maximum(np.abs(details) - threshold, 0.0)
    length = 2
    while length <= n:
        half = length // 2
        mean, detail = signal[:half].copy(), signal[half:length].copy()
        signal[0:length:2] = (mean + detail) / root
        signal[1:length:2] = (mean - detail) / root
        length *= 2
    return signal


@program(normal(size=(4, 2)), uniform(0.1, 0.9, size=3), twice=False)
def bezier_by_de_casteljau(points, ts):
    """A curve through repeated interpolation of its control points, in place.

    Farin, Curves and Surfaces for CAGD, section 4.2.
    """
    curve = []
    for t in ts:
        work = points.copy()
        for r in range(1, len(work)):
            for i in range(len(work) - r):
                work[i] = (1.0 - t) * work[i] + t * work[i + 1]
        curve.append(work[0])
    length = 0.0
    for start, end in zip(curve[:-1], curve[1:], strict=True):
        length += np.hypot(*(end - start))
    return np.array(curve), length


@program(uniform(80.0, 120.0, size=3), uniform(0.1, 0.4, size=3), 0.5, 12, 100.0, twice=False)
def barrier_option_implicit(spots, vols, maturity, cells, strike):
    """Down-and-out calls by implicit finite differences, one grid for all spots.

    Wilmott, Howison and Dewynne, The Mathematics of Financial Derivatives, chapter 8.
    """
    prices = []
    grid = np.linspace(60.0, 180.0, cells + 1)
    h = grid[1] - grid[0]
    steps, rate = 3, 0.03
    dt = maturity / steps
    for spot, vol in zip(spots, vols, strict=True):
        value = np.maximum(grid - strike, 0.0)
        for _ in range(steps):
            value[0] = 0.0
            lower = np.zeros(cells + 1)
            main = np.ones(cells + 1)
            upper = np.zeros(cells + 1)
            for i in range(1, cells):
                diffusion = 0.5 * vol**2 * grid[i] ** 2 / h**2
                drift = 0.5 * rate * grid[i] / h
                lower[i] = -dt * (diffusion - drift)
                main[i] = 1.0 + dt * (2.0 * diffusion + rate)
                upper[i] = -dt * (diffusion + drift)
            for i in range(1, cells + 1):
                w = lower[i] / main[i - 1]
                main[i] -= w * upper[i - 1]
                value[i] -= w * value[i - 1]
            value[cells] /= main[cells]
            for i in range(cells - 1, -1, -1):
                value[i] = (value[i] - upper[i] * value[i + 1]) / main[i]
        k = int((spot - grid[0]) / h)
        weight = (spot - grid[k]) / h
        prices.append((1.0 - weight) * value[k] + weight * value[k + 1])
    return np.array(prices)
