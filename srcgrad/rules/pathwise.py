"""Draws by their parameters: the adjoints of ``runtime.draws``.

The result of each is its first operand, the numbers that were drawn, of which nothing is changed; the
lines are derivatives of what they would have been for other parameters. They are said of ``y``, so
that those of higher order follow. Where a scale is 0, they are NaN.
"""

from __future__ import annotations

import numpy as np

from srcgrad.rules import facts
from srcgrad.rules.registry import adjoint, elementwise
from srcgrad.runtime import (
    beta_drawn,
    beta_slope,
    between,
    dirichlet_drawn,
    gamma_drawn,
    gamma_slope,
    location_scale,
    log_normal,
    lomax,
    rooted,
    student_drawn,
    student_slope,
    triangle,
    unbroadcast,
)

DRAWN = {"facts": facts.same, "view": "always", "cost": 1}


@elementwise(location_scale, **DRAWN)
def location_scale_(y_bar, y, drawn, loc, scale):
    drawn_bar = None
    loc_bar = y_bar
    scale_bar = y_bar * (y - loc) / scale


@elementwise(between, **DRAWN)
def between_(y_bar, y, drawn, low, high):
    drawn_bar = None
    low_bar = y_bar * (high - y) / (high - low)
    high_bar = y_bar * (y - low) / (high - low)


@elementwise(log_normal, **DRAWN)
def log_normal_(y_bar, y, drawn, mean, sigma):
    drawn_bar = None
    mean_bar = y_bar * y
    sigma_bar = y_bar * y * (np.log(y) - mean) / sigma


@elementwise(rooted, **DRAWN)
def rooted_(y_bar, y, drawn, a):
    drawn_bar = None
    a_bar = -y_bar * y * np.log(y) / a


@elementwise(lomax, **DRAWN)
def lomax_(y_bar, y, drawn, a):
    drawn_bar = None
    a_bar = -y_bar * (1.0 + y) * np.log1p(y) / a


@elementwise(triangle, **DRAWN)
def triangle_(y_bar, y, drawn, left, mode, right):
    """From the left ``y - left`` is ``sqrt(u (right - left) (mode - left))``; likewise from the right."""
    drawn_bar = None
    near = y - left
    far = right - y
    whole = right - left
    left_bar = y_bar * np.where(
        y <= mode, 1.0 - 0.5 * near * (1.0 / whole + 1.0 / (mode - left)), 0.5 * far / whole
    )
    mode_bar = 0.5 * y_bar * np.where(y <= mode, near / (mode - left), far / (right - mode))
    right_bar = y_bar * np.where(
        y <= mode, 0.5 * near / whole, 1.0 - 0.5 * far * (1.0 / whole + 1.0 / (right - mode))
    )


@elementwise(gamma_drawn, **DRAWN)
def gamma_drawn_(y_bar, y, drawn, shape, scale):
    drawn_bar = None
    shape_bar = y_bar * scale * gamma_slope(y / scale, shape)
    scale_bar = y_bar * y / scale


@elementwise(beta_drawn, **DRAWN)
def beta_drawn_(y_bar, y, drawn, a, b):
    drawn_bar = None
    a_bar = y_bar * beta_slope(y, a, b)
    b_bar = -y_bar * beta_slope(1.0 - y, b, a)


@elementwise(student_drawn, **DRAWN)
def student_drawn_(y_bar, y, drawn, df):
    drawn_bar = None
    df_bar = y_bar * student_slope(y, df)


@adjoint(dirichlet_drawn, **DRAWN)
def dirichlet_drawn_(y_bar, y, drawn, alpha):
    """One share moves as a draw from a beta distribution does; the others keep their proportions."""
    drawn_bar = None
    rate = beta_slope(y, alpha, np.sum(alpha) - alpha) / (1.0 - y)
    alpha_bar = unbroadcast(
        rate * (y_bar - np.sum(y * y_bar, axis=-1, keepdims=True)), np.shape(alpha)
    )
    y_dot = rate * alpha_dot - y * np.sum(rate * alpha_dot, axis=-1, keepdims=True)


@elementwise(gamma_slope, cost=10)
def gamma_slope_(y_bar, y, drawn, shape):
    """There are no second derivatives by the shape."""


@elementwise(beta_slope, cost=10)
def beta_slope_(y_bar, y, drawn, a, b):
    """There are no second derivatives by the shapes."""


@elementwise(student_slope, cost=10)
def student_slope_(y_bar, y, drawn, df):
    """There are no second derivatives by the degrees of freedom."""
