"""``scipy.stats``: functions of the standard distribution of a family, by the point and by shapes.

Values are SciPy's own. A distribution function has the density as its slope, a quantile one over it;
other slopes are those of ``runtime.distributions``, of which there are no derivatives.
"""

from __future__ import annotations

import numpy as np

from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import broadcast_numbers
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import elementwise
from srcgrad.runtime import (
    dist_above,
    dist_below,
    dist_density,
    dist_log_above,
    dist_log_below,
    dist_mass,
    dist_moment,
    dist_quantile,
    dist_upper_quantile,
    slope_at,
    slope_by,
)


def double(*args: Arg) -> Kind:
    """Broadcasting, in double precision."""
    return broadcast_numbers("float64", tuple(arg for arg in args if arg.kind.numeric))


def of_numbers(z: Arg, name: Arg, *rest: Arg) -> Kind:
    return double(z, *[arg for arg in rest if arg.kind.base != "str"])


def of_shapes(name: Arg, method: Arg, *shapes: Arg) -> Kind:
    return double(*shapes)


def by_shape(z: Arg, name: Arg, method: Arg, k: Arg, *shapes: Arg) -> Kind:
    return double(z, *shapes)


@elementwise(dist_density, facts=of_numbers, cost=10, regular=0.5)
def dist_density_(y_bar, y, z, name, method, s0=None, s1=None, s2=None, s3=None):
    z_bar = y_bar * slope_at(z, name, method, s0, s1, s2, s3)
    s0_bar = y_bar * slope_by(z, name, method, 0, s0, s1, s2, s3)
    s1_bar = y_bar * slope_by(z, name, method, 1, s0, s1, s2, s3)
    s2_bar = y_bar * slope_by(z, name, method, 2, s0, s1, s2, s3)
    s3_bar = y_bar * slope_by(z, name, method, 3, s0, s1, s2, s3)


@elementwise(dist_below, facts=of_numbers, cost=10, regular=0.5)
def dist_below_(y_bar, y, z, name, s0=None, s1=None, s2=None, s3=None):
    z_bar = y_bar * dist_density(z, name, "pdf", s0, s1, s2, s3)
    s0_bar = y_bar * slope_by(z, name, "cdf", 0, s0, s1, s2, s3)
    s1_bar = y_bar * slope_by(z, name, "cdf", 1, s0, s1, s2, s3)
    s2_bar = y_bar * slope_by(z, name, "cdf", 2, s0, s1, s2, s3)
    s3_bar = y_bar * slope_by(z, name, "cdf", 3, s0, s1, s2, s3)


@elementwise(dist_above, facts=of_numbers, cost=10, regular=0.5)
def dist_above_(y_bar, y, z, name, s0=None, s1=None, s2=None, s3=None):
    z_bar = -y_bar * dist_density(z, name, "pdf", s0, s1, s2, s3)
    s0_bar = y_bar * slope_by(z, name, "sf", 0, s0, s1, s2, s3)
    s1_bar = y_bar * slope_by(z, name, "sf", 1, s0, s1, s2, s3)
    s2_bar = y_bar * slope_by(z, name, "sf", 2, s0, s1, s2, s3)
    s3_bar = y_bar * slope_by(z, name, "sf", 3, s0, s1, s2, s3)


@elementwise(dist_log_below, facts=of_numbers, cost=10, regular=0.5)
def dist_log_below_(y_bar, y, z, name, s0=None, s1=None, s2=None, s3=None):
    z_bar = y_bar * np.exp(dist_density(z, name, "logpdf", s0, s1, s2, s3) - y)
    s0_bar = y_bar * slope_by(z, name, "logcdf", 0, s0, s1, s2, s3)
    s1_bar = y_bar * slope_by(z, name, "logcdf", 1, s0, s1, s2, s3)
    s2_bar = y_bar * slope_by(z, name, "logcdf", 2, s0, s1, s2, s3)
    s3_bar = y_bar * slope_by(z, name, "logcdf", 3, s0, s1, s2, s3)


@elementwise(dist_log_above, facts=of_numbers, cost=10, regular=0.5)
def dist_log_above_(y_bar, y, z, name, s0=None, s1=None, s2=None, s3=None):
    z_bar = -y_bar * np.exp(dist_density(z, name, "logpdf", s0, s1, s2, s3) - y)
    s0_bar = y_bar * slope_by(z, name, "logsf", 0, s0, s1, s2, s3)
    s1_bar = y_bar * slope_by(z, name, "logsf", 1, s0, s1, s2, s3)
    s2_bar = y_bar * slope_by(z, name, "logsf", 2, s0, s1, s2, s3)
    s3_bar = y_bar * slope_by(z, name, "logsf", 3, s0, s1, s2, s3)


@elementwise(dist_quantile, facts=of_numbers, cost=10, regular=0.5)
def dist_quantile_(y_bar, y, q, name, s0=None, s1=None, s2=None, s3=None):
    density = dist_density(y, name, "pdf", s0, s1, s2, s3)
    q_bar = y_bar / density
    s0_bar = -y_bar * slope_by(y, name, "cdf", 0, s0, s1, s2, s3) / density
    s1_bar = -y_bar * slope_by(y, name, "cdf", 1, s0, s1, s2, s3) / density
    s2_bar = -y_bar * slope_by(y, name, "cdf", 2, s0, s1, s2, s3) / density
    s3_bar = -y_bar * slope_by(y, name, "cdf", 3, s0, s1, s2, s3) / density


@elementwise(dist_upper_quantile, facts=of_numbers, cost=10, regular=0.5)
def dist_upper_quantile_(y_bar, y, q, name, s0=None, s1=None, s2=None, s3=None):
    density = dist_density(y, name, "pdf", s0, s1, s2, s3)
    q_bar = -y_bar / density
    s0_bar = y_bar * slope_by(y, name, "sf", 0, s0, s1, s2, s3) / density
    s1_bar = y_bar * slope_by(y, name, "sf", 1, s0, s1, s2, s3) / density
    s2_bar = y_bar * slope_by(y, name, "sf", 2, s0, s1, s2, s3) / density
    s3_bar = y_bar * slope_by(y, name, "sf", 3, s0, s1, s2, s3) / density


@elementwise(dist_mass, facts=of_numbers, cost=10, regular=0.5)
def dist_mass_(y_bar, y, k, name, method, s0=None, s1=None, s2=None, s3=None):
    k_bar = None
    s0_bar = y_bar * slope_by(k, name, method, 0, s0, s1, s2, s3)
    s1_bar = y_bar * slope_by(k, name, method, 1, s0, s1, s2, s3)
    s2_bar = y_bar * slope_by(k, name, method, 2, s0, s1, s2, s3)
    s3_bar = y_bar * slope_by(k, name, method, 3, s0, s1, s2, s3)


@elementwise(dist_moment, facts=of_shapes, cost=10, regular=0.5)
def dist_moment_(y_bar, y, name, method, s0=None, s1=None, s2=None, s3=None):
    s0_bar = y_bar * slope_by(None, name, method, 0, s0, s1, s2, s3)
    s1_bar = y_bar * slope_by(None, name, method, 1, s0, s1, s2, s3)
    s2_bar = y_bar * slope_by(None, name, method, 2, s0, s1, s2, s3)
    s3_bar = y_bar * slope_by(None, name, method, 3, s0, s1, s2, s3)


@elementwise(slope_at, facts=of_numbers, cost=10, regular=0.5)
def slope_at_(y_bar, y, z, name, method, s0=None, s1=None, s2=None, s3=None):
    """There are no derivatives of what is a difference."""


@elementwise(slope_by, facts=by_shape, cost=10, regular=0.5)
def slope_by_(y_bar, y, z, name, method, k, s0=None, s1=None, s2=None, s3=None):
    """There are no derivatives of what is a difference."""
