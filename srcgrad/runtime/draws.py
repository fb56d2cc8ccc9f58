"""Draws as functions of their parameters: what moves with them, and how fast. NumPy only.

The derivative by the shape of a distribution is implicit: along it the distribution function of the
draw stays as it is (Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", 2018).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def location_scale(drawn: Any, loc: Any, scale: Any) -> Any:
    """A draw that is ``loc + scale * z`` for a ``z`` without parameters; as all here: ``drawn``."""
    return drawn


def between(drawn: Any, low: Any, high: Any) -> Any:
    """``low + (high - low) * u``"""
    return drawn


def log_normal(drawn: Any, mean: Any, sigma: Any) -> Any:
    """``exp(mean + sigma * z)``"""
    return drawn


def rooted(drawn: Any, a: Any) -> Any:
    """``z ** (1 / a)``"""
    return drawn


def lomax(drawn: Any, a: Any) -> Any:
    """``z ** (1 / a) - 1``"""
    return drawn


def triangle(drawn: Any, left: Any, mode: Any, right: Any) -> Any:
    """A draw from a triangular density."""
    return drawn


def gamma_drawn(drawn: Any, shape: Any, scale: Any) -> Any:
    """A draw from a gamma distribution."""
    return drawn


def beta_drawn(drawn: Any, a: Any, b: Any) -> Any:
    """A draw from a beta distribution."""
    return drawn


def student_drawn(drawn: Any, df: Any) -> Any:
    """A draw from Student's t distribution."""
    return drawn


def dirichlet_drawn(drawn: Any, alpha: Any) -> Any:
    """Draws from a Dirichlet distribution, along the last axis."""
    return drawn


# --- slopes ---------------------------------------------------------------------------------------

# double exponential quadrature over [0, inf): v = exp(t - exp(-t)), Takahasi and Mori 1974
STEP = 0.0625
_PLACES = np.arange(-3.7, 4.5 + STEP / 2, STEP)
NODES = np.exp(_PLACES - np.exp(-_PLACES))
WEIGHTS = STEP * (1.0 + np.exp(-_PLACES)) * NODES
FAR = 700.0  # whose exponential is almost as large as numbers are
BLOCK = 4096  # draws


def digamma(x: Any) -> Any:
    """The derivative of the logarithm of the gamma function at positive numbers.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 6.3.5 and 6.3.18.
    """
    x = np.asarray(x, np.float64)
    below = sum(1.0 / (x + k) for k in range(10))
    x = x + 10.0
    r = 1.0 / (x * x)
    series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132)))))
    return np.log(x) - 0.5 / x - series - below


def gamma_slope(drawn: Any, shape: Any) -> Any:
    """The derivative of a draw from a standard gamma distribution by its shape.

    The integral of ``p(t) / p(x) * (log(t) - digamma(a))`` from the draw to infinity, or its negative
    from 0 to the draw; along ``t = x * exp(+-v)``, on the side that is shorter.
    """
    return _in_blocks(_gamma_slope, drawn, drawn, shape)


def beta_slope(drawn: Any, a: Any, b: Any) -> Any:
    """The derivative of a draw from a beta distribution by ``a``.

    As for the gamma distribution, along ``t = expit(logit(x) +- v)``.
    """
    return _in_blocks(_beta_slope, drawn, drawn, 1.0 - np.asarray(drawn, np.float64), a, b)


def student_slope(drawn: Any, df: Any) -> Any:
    """The derivative of a draw from Student's t distribution by its degrees of freedom.

    By that of ``df / (df + t * t)``, which has a beta distribution.
    """
    return _in_blocks(_student_slope, drawn, drawn, df)


@np.errstate(all="ignore")
def _in_blocks(slope: Any, drawn: Any, *operands: Any) -> Any:
    """The slopes, of so many draws at once that memory is no matter, in the precision of the draws."""
    arrays = np.broadcast_arrays(*(np.asarray(item, np.float64) for item in operands))
    flat = [np.ravel(array) for array in arrays]
    found = np.empty(flat[0].size, np.result_type(drawn))
    for start in range(0, found.size, BLOCK):
        part = slice(start, start + BLOCK)
        found[part] = slope(*(item[part, None] for item in flat))[:, 0]
    return found.reshape(arrays[0].shape)[()]


def _gamma_slope(x: Any, a: Any) -> Any:
    sign = np.where(x < a, -1.0, 1.0)
    scale = 1.0 / (np.sqrt(x) + np.abs(x - a))
    v = sign * scale * NODES
    weight = np.exp(a * v - x * np.expm1(v))
    inner = np.where(weight > 0.0, weight * (np.log(x) + v - digamma(a)), 0.0)
    found = np.sum(inner * WEIGHTS, axis=1, keepdims=True) * sign * scale * x
    return np.where(x > 0.0, found, 0.0)


def _beta_slope(x: Any, rest: Any, a: Any, b: Any) -> Any:
    """``rest`` is ``1 - x``."""
    sign = np.where(x < a / (a + b), -1.0, 1.0)
    scale = 1.0 / (np.sqrt((a + b) * x * rest) + np.abs((a + b) * x - a))
    v = sign * scale * NODES
    far = v + np.log(x)
    grown = np.where(v > FAR, far, np.log1p(x * np.expm1(np.minimum(v, FAR))))  # log(x e^v / t)
    weight = np.exp(a * (v - grown) - b * grown)
    score = np.log(x) + v - grown - digamma(a) + digamma(a + b)
    inner = np.where(weight > 0.0, weight * score, 0.0)
    found = np.sum(inner * WEIGHTS, axis=1, keepdims=True) * sign * scale * x * rest
    return np.where(x * rest > 0.0, found, 0.0)


def _student_slope(t: Any, df: Any) -> Any:
    share = df / (df + t * t)
    moved = 0.5 * _beta_slope(share, t * t / (df + t * t), 0.5 * df, 0.5)
    found = 0.5 * t / df - 0.5 * df * moved / (t * share * share)
    return np.where(t == 0.0, 0.0, found)
