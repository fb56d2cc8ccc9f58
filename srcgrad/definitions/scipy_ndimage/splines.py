"""``scipy.ndimage``: images at other places, by splines; ranks, and morphology of grey images."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, special

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_ndimage.filters import axes_of, each, held_by, image, real_image
from srcgrad.runtime import sampled, spline_coefficients, stop_gradient

PAD = 12  # elements, as SciPy pads


def read(x, coordinates, order, mode, cval, prefilter):
    """The image at coordinates, which have one row for each axis."""
    if x.dtype.kind == "c":
        a, b = np.real(cval), np.imag(cval)
        return (
            read(np.real(x), coordinates, order, mode, a, prefilter)
            + 1j * read(np.imag(x), coordinates, order, mode, b, prefilter)
        ).astype(x.dtype)
    c = np.asarray(x, dtype=np.float64)
    if prefilter and order > 1:
        if mode == "nearest":
            c = np.pad(c, PAD, mode="edge")
        elif mode == "grid-constant":
            c = np.pad(c, PAD, mode="constant", constant_values=cval)
        if mode == "nearest" or mode == "grid-constant":
            coordinates = coordinates + PAD
        c = spline_coefficients(c, tuple(range(x.ndim)), order, mode)
    return sampled(c, coordinates, order, mode, cval, 0).astype(x.dtype)


@defines(ndimage.map_coordinates)
def map_coordinates(
    input, coordinates, output=None, order=3, mode="constant", cval=0.0, prefilter=True
):
    x, q = image(input, output), np.asarray(coordinates, dtype=np.float64)
    if x.ndim < 1 or q.ndim < 2:
        unsupported("an image or coordinates without an axis")
    return read(x, q, order, mode, cval, prefilter)


def along(n, k, rank):
    """The places along an axis."""
    shape = [1] * rank
    shape[k] = n
    return np.reshape(np.arange(n, dtype=np.float64), shape)


def rows(parts, shape):
    """Coordinates of which each depends on its own axis."""
    return np.stack([part + np.zeros(shape) for part in parts])


@defines(ndimage.shift)
def shift(input, shift, output=None, order=3, mode="constant", cval=0.0, prefilter=True):
    x = image(input, output)
    by = each(shift, x.ndim)
    parts = [along(x.shape[k], k, x.ndim) - by[k] for k in range(x.ndim)]
    return read(x, rows(parts, x.shape), order, mode, cval, prefilter)


@defines(ndimage.zoom)
def zoom(
    input,
    zoom,
    output=None,
    order=3,
    mode="constant",
    cval=0.0,
    prefilter=True,
    *,
    grid_mode=False,
):
    x = image(input, output)
    by = each(zoom, x.ndim)
    shape = [round(x.shape[k] * by[k]) for k in range(x.ndim)]
    less = 0 if grid_mode else 1
    parts = []
    for k in range(x.ndim):
        ratio = (x.shape[k] - less) / (shape[k] - less) if shape[k] != less else 1.0
        places = along(shape[k], k, x.ndim)
        parts.append((places + 0.5) * ratio - 0.5 if grid_mode else places * ratio)
    return read(x, rows(parts, shape), order, mode, cval, prefilter)


@defines(ndimage.affine_transform)
def affine_transform(
    input,
    matrix,
    offset=0.0,
    output_shape=None,
    output=None,
    order=3,
    mode="constant",
    cval=0.0,
    prefilter=True,
):
    x, matrix = image(input, output), np.asarray(matrix, dtype=np.float64)
    shape = x.shape if output_shape is None else output_shape
    rank = len(shape)
    if matrix.ndim == 2 and matrix.shape[1] == x.ndim + 1:
        matrix, offset = matrix[: x.ndim, : x.ndim], matrix[: x.ndim, x.ndim]
    if rank != x.ndim:
        unsupported("an output of another rank")
    offset = np.zeros(rank) + np.asarray(offset)
    parts = []
    for k in range(rank):
        if matrix.ndim == 1:
            place = (along(shape[k], k, rank) + offset[k] / matrix[k]) * matrix[k]
        else:
            place = offset[k]
            for j in range(rank):
                place = place + along(shape[j], j, rank) * matrix[k, j]
        parts.append(place)
    return read(x, rows(parts, shape), order, mode, cval, prefilter)


def turn(angle):
    """Cosine and sine of an angle in degrees, exact at right angles."""
    at = stop_gradient(angle)
    c, s = as_is(special.cosdg, at), as_is(special.sindg, at)
    moved = np.deg2rad(angle - at)  # which is 0
    return c * np.cos(moved) - s * np.sin(moved), s * np.cos(moved) + c * np.sin(moved)


@defines(ndimage.rotate)
def rotate(
    input,
    angle,
    axes=(1, 0),
    reshape=True,
    output=None,
    order=3,
    mode="constant",
    cval=0.0,
    prefilter=True,
):
    x = image(input, output)
    if x.ndim != 2:
        unsupported("an image of more than two axes")
    c, s = turn(angle)
    ny, nx = x.shape
    if reshape:
        a, b = stop_gradient(c), stop_gradient(s)
        my = int(np.ptp(np.stack([0.0 * a, nx * b, ny * a, ny * a + nx * b])) + 0.5)
        mx = int(np.ptp(np.stack([0.0 * a, nx * a, -ny * b, nx * a - ny * b])) + 0.5)
    else:
        my, mx = ny, nx
    matrix = np.stack([np.stack([c, s]), np.stack([-s, c])])
    offset = np.array([(ny - 1) / 2, (nx - 1) / 2]) - matrix @ np.array(
        [(my - 1) / 2, (mx - 1) / 2]
    )
    return affine_transform(x, matrix, offset, (my, mx), None, order, mode, cval, prefilter)


def coefficients(x, axes, order, mode):
    if x.dtype.kind == "c":
        unsupported("complex numbers that are stored as real ones")
    return spline_coefficients(x, axes, order, mode)


@defines(ndimage.spline_filter1d)
def spline_filter1d(input, order=3, axis=-1, output=np.float64, mode="mirror"):
    x = image(input, None if output is np.float64 else output)
    return coefficients(x, (axis,), order, mode)


@defines(ndimage.spline_filter)
def spline_filter(input, order=3, output=np.float64, mode="mirror"):
    x = image(input, None if output is np.float64 else output)
    return coefficients(x, tuple(range(x.ndim)), order, mode)


# --- ranks ------------------------------------------------------------------------------------------


def ranked(x, rank, size, footprint, mode, cval, origin, axes):
    held = held_by(x, size, footprint, None, mode, cval, origin, axes)
    return np.sort(held, axis=-1)[..., rank]


@defines(ndimage.rank_filter)
def rank_filter(
    input,
    rank,
    size=None,
    footprint=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    return ranked(real_image(input, output), rank, size, footprint, mode, cval, origin, axes)


@defines(ndimage.median_filter)
def median_filter(
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
    held = held_by(real_image(input, output), size, footprint, None, mode, cval, origin, axes)
    return np.sort(held, axis=-1)[..., held.shape[-1] // 2]


@defines(ndimage.percentile_filter)
def percentile_filter(
    input,
    percentile,
    size=None,
    footprint=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    held = held_by(real_image(input, output), size, footprint, None, mode, cval, origin, axes)
    number = held.shape[-1]
    percentile = percentile + 100.0 if percentile < 0.0 else percentile
    rank = number - 1 if percentile == 100.0 else int(float(number) * percentile / 100.0)
    return np.sort(held, axis=-1)[..., rank]


# --- morphology -------------------------------------------------------------------------------------


@defines(ndimage.grey_erosion)
def grey_erosion(
    input,
    size=None,
    footprint=None,
    structure=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    x = real_image(input, output)
    low = None if structure is None else -np.asarray(structure)
    return np.min(held_by(x, size, footprint, low, mode, cval, origin, axes), axis=-1)


@defines(ndimage.grey_dilation)
def grey_dilation(
    input,
    size=None,
    footprint=None,
    structure=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    x = real_image(input, output)
    axes = axes_of(x, axes)
    number = len(axes)
    if footprint is not None:
        footprint = np.flip(np.asarray(footprint))
    if structure is not None:
        structure = np.flip(np.asarray(structure))
    if footprint is not None:
        shape = np.shape(footprint)
    elif structure is not None:
        shape = np.shape(structure)
    else:
        shape = each(size, number)
    given = each(origin, number)
    turned = [-given[k] - (1 - shape[k] % 2) for k in range(number)]
    return np.max(held_by(x, size, footprint, structure, mode, cval, turned, axes), axis=-1)


@defines(ndimage.grey_opening)
def grey_opening(
    input,
    size=None,
    footprint=None,
    structure=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    low = grey_erosion(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    return grey_dilation(low, size, footprint, structure, None, mode, cval, origin, axes=axes)


@defines(ndimage.grey_closing)
def grey_closing(
    input,
    size=None,
    footprint=None,
    structure=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    high = grey_dilation(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    return grey_erosion(high, size, footprint, structure, None, mode, cval, origin, axes=axes)


@defines(ndimage.morphological_gradient)
def morphological_gradient(
    input,
    size=None,
    footprint=None,
    structure=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    high = grey_dilation(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    low = grey_erosion(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    return high - low


@defines(ndimage.white_tophat)
def white_tophat(
    input,
    size=None,
    footprint=None,
    structure=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    low = grey_opening(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    return input - low


@defines(ndimage.black_tophat)
def black_tophat(
    input,
    size=None,
    footprint=None,
    structure=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    *,
    axes=None,
):
    high = grey_closing(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    return high - input
