"""``scipy.ndimage``: filters by correlation, by the largest, and by the ranks in a window.

As in SciPy each axis is filtered in double precision, and what comes out has the dtype of the input.
"""

from __future__ import annotations

import functools

import numpy as np
from scipy import ndimage

from srcgrad.definitions import defines, unsupported
from srcgrad.runtime import correlated
from srcgrad.runtime.images import PADDED


def image(x, output):
    """The input of a filter."""
    x = np.asarray(x)
    if output is not None or x.dtype.kind not in "fc":
        unsupported("output=, or an input of whole numbers")
    return x


def real_image(x, output):
    x = image(x, output)
    if x.dtype.kind != "f":
        unsupported("an input that is not real")
    return x


def in_dtype(filter, dtype, input, *args, **named):
    """What ``output=dtype`` asks for."""
    x = np.asarray(input)
    return filter(x.astype(np.result_type(x, dtype)), *args, **named).astype(dtype)


def whole(part, x, w, cval):
    """A filter of complex numbers, of which ``part`` knows real ones; weights are conjugated."""
    a, b = np.real(x), np.imag(x)
    c, d, outside = np.real(w), -np.imag(w), (np.real(cval), np.imag(cval))
    if w.dtype.kind == "f":
        return part(a, c, outside[0]) + 1j * part(b, c, outside[1])
    return (part(a, c, outside[0]) - part(b, d, outside[1])) + 1j * (
        part(a, d, outside[0]) + part(b, c, outside[1])
    )


def axes_of(x, axes):
    """The axes that are filtered, none of them negative."""
    if axes is None:
        return tuple(range(x.ndim))
    if np.ndim(axes) == 0:
        return (axes % x.ndim,)
    return tuple([axis % x.ndim for axis in axes])


def each(value, number):
    """One value for each axis."""
    if isinstance(value, str) or value is None or np.ndim(value) == 0:
        return [value] * number
    if len(value) != number:
        unsupported("a value for each axis, of another number of axes")
    return list(value)


def in_order(axes, given):
    if tuple(sorted(axes)) != axes and tuple(given) != (given[0],) * len(given):
        unsupported("axes that are not in order, with something else for each")


def over(w, x, axes):
    """Weights of some axes as weights of all; as in SciPy, the order of the axes is the image's."""
    if len(axes) != w.ndim:
        unsupported("weights of another rank")
    in_order(axes, w.shape)
    shape, ordered = [1] * x.ndim, sorted(axes)
    for k in range(w.ndim):
        shape[ordered[k]] = w.shape[k]
    return np.reshape(w, shape)


def origins_of(origin, x, axes):
    found = [0] * x.ndim
    given = each(origin, len(axes))
    in_order(axes, given)
    for k in range(len(axes)):
        found[axes[k]] = given[k]
    return found


def one_mode(mode):
    if not isinstance(mode, str):
        unsupported("a mode for each axis")
    return mode


# --- correlations -----------------------------------------------------------------------------------


@defines(ndimage.correlate)
def correlate(input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    x, w = image(input, output), np.asarray(weights)
    w = w.astype(np.result_type(w, np.float64))
    axes = axes_of(x, axes)
    w, origins = over(w, x, axes), tuple(origins_of(origin, x, axes))
    if x.dtype.kind == "c" or w.dtype.kind == "c":
        part = functools.partial(correlated_part, one_mode(mode), origins)
        return whole(part, x, w, cval).astype(np.result_type(x, np.complex64))
    return correlated(x, w, one_mode(mode), cval, origins)


def correlated_part(mode, origins, x, w, cval):
    return correlated(x, w, mode, cval, origins)


@defines(ndimage.convolve)
def convolve(input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    x, w = image(input, output), np.asarray(weights)
    axes = axes_of(x, axes)
    given = each(origin, len(axes))
    turned = [-given[k] - (1 - w.shape[k] % 2) for k in range(w.ndim)]
    if w.dtype.kind == "c":
        w = np.conj(w)
    return correlate(x, np.flip(w), None, mode, cval, turned, axes=axes)


@defines(ndimage.correlate1d)
def correlate1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    x = image(input, output)
    return correlate(x, weights, None, mode, cval, origin, axes=(axis,))


@defines(ndimage.convolve1d)
def convolve1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    x = image(input, output)
    return convolve(x, weights, None, mode, cval, origin, axes=(axis,))


def gaussian(sigma, order, radius):
    """The taps of a Gaussian, or of a derivative of one: its polynomial goes on from order to order."""
    x = np.arange(-radius, radius + 1)
    phi = np.exp(-0.5 / (sigma * sigma) * x**2)
    phi = phi / np.sum(phi)
    q = [1.0]  # coefficients of the polynomial
    for k in range(order):
        moved = [-c / (sigma * sigma) for c in q]
        slopes = [(j + 1) * q[j + 1] for j in range(k)] + [0.0, 0.0]
        q = [0.0 + slopes[0]] + [moved[j] + slopes[j + 1] for j in range(k + 1)]
    found = q[0] + 0.0 * x
    for k in range(1, order + 1):
        found = found + q[k] * x**k
    return found * phi


@defines(ndimage.gaussian_filter1d)
def gaussian_filter1d(
    input,
    sigma,
    axis=-1,
    order=0,
    output=None,
    mode="reflect",
    cval=0.0,
    truncate=4.0,
    *,
    radius=None,
):
    if radius is None:
        radius = int(truncate * float(sigma) + 0.5)
    weights = np.flip(gaussian(sigma, order, radius))
    return correlate1d(input, weights, axis, output, mode, cval, 0)


@defines(ndimage.gaussian_filter)
def gaussian_filter(
    input,
    sigma,
    order=0,
    output=None,
    mode="reflect",
    cval=0.0,
    truncate=4.0,
    *,
    radius=None,
    axes=None,
):
    x = image(input, output)
    axes = axes_of(x, axes)
    number = len(axes)
    sigmas, orders = each(sigma, number), each(order, number)
    modes, radii = each(mode, number), each(radius, number)
    found = x
    for k in range(number):
        if sigmas[k] > 1e-15:
            found = gaussian_filter1d(
                found,
                sigmas[k],
                axes[k],
                orders[k],
                None,
                modes[k],
                cval,
                truncate,
                radius=radii[k],
            )
    return found + 0.0


@defines(ndimage.uniform_filter1d)
def uniform_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return correlate1d(input, np.full(size, 1.0 / size), axis, output, mode, cval, origin)


@defines(ndimage.uniform_filter)
def uniform_filter(input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    x = image(input, output)
    axes = axes_of(x, axes)
    number = len(axes)
    sizes, modes, origins = each(size, number), each(mode, number), each(origin, number)
    found = x
    for k in range(number):
        if sizes[k] > 1:
            found = uniform_filter1d(found, sizes[k], axes[k], None, modes[k], cval, origins[k])
    return found + 0.0


def edges(input, axis, output, mode, cval, across, axes):
    x = image(input, output)
    if axes is not None:
        unsupported("axes=")
    modes = each(mode, x.ndim)
    axis = axis % x.ndim
    found = correlate1d(x, [-1.0, 0.0, 1.0], axis, None, modes[axis], cval, 0)
    for k in range(x.ndim):
        if k != axis:
            found = correlate1d(found, across, k, None, modes[k], cval, 0)
    return found


@defines(ndimage.sobel)
def sobel(input, axis=-1, output=None, mode="reflect", cval=0.0, *, axes=None):
    return edges(input, axis, output, mode, cval, [1.0, 2.0, 1.0], axes)


@defines(ndimage.prewitt)
def prewitt(input, axis=-1, output=None, mode="reflect", cval=0.0, *, axes=None):
    return edges(input, axis, output, mode, cval, [1.0, 1.0, 1.0], axes)


@defines(ndimage.laplace)
def laplace(input, output=None, mode="reflect", cval=0.0, *, axes=None):
    x = image(input, output)
    axes = axes_of(x, axes)
    modes = each(mode, len(axes))
    found = correlate1d(x, [1.0, -2.0, 1.0], axes[0], None, modes[0], cval, 0)
    for k in range(1, len(axes)):
        found = found + correlate1d(x, [1.0, -2.0, 1.0], axes[k], None, modes[k], cval, 0)
    return found


def bent(x, sigma, axis, mode, cval, order, truncate):
    """The image after a Gaussian along all axes that is differentiated along one of them."""
    orders = [0] * x.ndim
    orders[axis] = order
    return gaussian_filter(x, sigma, orders, None, mode, cval, truncate)


@defines(ndimage.gaussian_laplace)
def gaussian_laplace(
    input, sigma, output=None, mode="reflect", cval=0.0, *, truncate=4.0, axes=None
):
    x = image(input, output)
    axes = axes_of(x, axes)
    sigmas, modes, wide = each(sigma, len(axes)), each(mode, len(axes)), [0.0] * x.ndim
    for k in range(len(axes)):
        wide[axes[k]] = sigmas[k]
    found = bent(x, wide, axes[0], modes[0], cval, 2, truncate)
    for k in range(1, len(axes)):
        found = found + bent(x, wide, axes[k], modes[k], cval, 2, truncate)
    return found


@defines(ndimage.gaussian_gradient_magnitude)
def gaussian_gradient_magnitude(
    input, sigma, output=None, mode="reflect", cval=0.0, *, truncate=4.0, axes=None
):
    x = image(input, output)
    axes = axes_of(x, axes)
    modes = each(mode, len(axes))
    found = bent(x, sigma, axes[0], modes[0], cval, 1, truncate) ** 2
    for k in range(1, len(axes)):
        found = found + bent(x, sigma, axes[k], modes[k], cval, 1, truncate) ** 2
    return np.sqrt(found)


# --- windows ----------------------------------------------------------------------------------------


def windows(x, sizes, modes, cval, origins):
    """What each window holds, along a last axis; all are given for each axis of the image."""
    wide = x
    for k in range(x.ndim):
        before = sizes[k] // 2 + origins[k]
        width = [(0, 0)] * x.ndim
        width[k] = (before, sizes[k] - 1 - before)
        if PADDED[modes[k]] == "constant":
            wide = np.pad(wide, width, mode="constant", constant_values=cval)
        else:
            wide = np.pad(wide, width, mode=PADDED[modes[k]])  # type: ignore[call-overload]
    held = np.lib.stride_tricks.sliding_window_view(wide, tuple(sizes))
    return np.reshape(held, (*x.shape, np.prod(sizes)))


def held_by(x, size, footprint, structure, mode, cval, origin, axes):
    """What the windows of a footprint, a structure or a size hold, and the structure along with it."""
    axes = axes_of(x, axes)
    if structure is not None:
        shape = np.shape(structure)
    elif footprint is not None:
        shape = np.shape(footprint)
    else:
        shape = each(size, len(axes))
    if len(shape) != len(axes):
        unsupported("a footprint of another rank")
    modes, given = each(mode, len(axes)), each(origin, len(axes))
    in_order(axes, shape)
    in_order(axes, given)
    sizes, wide, origins = [1] * x.ndim, ["nearest"] * x.ndim, [0] * x.ndim
    for k in range(len(axes)):
        sizes[axes[k]], wide[axes[k]], origins[axes[k]] = shape[k], modes[k], given[k]
    held = windows(x, sizes, wide, cval, origins)
    if structure is not None:
        held = held + np.ravel(structure)
    if footprint is not None:
        held = held[..., np.ravel(np.asarray(footprint)) != 0]
    return held


@defines(ndimage.maximum_filter)
def maximum_filter(
    input,
    size=None,
    footprint=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    x = real_image(input, output)
    return np.max(held_by(x, size, footprint, None, mode, cval, origin, axes), axis=-1)


@defines(ndimage.minimum_filter)
def minimum_filter(
    input,
    size=None,
    footprint=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    x = real_image(input, output)
    return np.min(held_by(x, size, footprint, None, mode, cval, origin, axes), axis=-1)


@defines(ndimage.maximum_filter1d)
def maximum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return maximum_filter(input, (size,), None, output, mode, cval, origin, axes=(axis,))


@defines(ndimage.minimum_filter1d)
def minimum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return minimum_filter(input, (size,), None, output, mode, cval, origin, axes=(axis,))
