"""Fields in two and three dimensions, as weather and flow models move them."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(52)
normal, uniform = rng.normal, rng.uniform

BETA_BEFORE, BETA_AFTER = 0.5, 0.5


@program(
    uniform(0.5, 1.5, size=(3, 2, 4)),
    uniform(0.5, 1.5, size=(3, 2, 4)),
    uniform(0.1, 0.4, size=(4, 2, 4)),
    0.15,
    twice=False,
)
def vertical_advection(tendency, u, w, dt_inverse):
    """Implicit in height: a tridiagonal system for each column, swept down and up in place.

    Baldauf et al., Monthly Weather Review 139 (2011) 3887-3905, section 2; Thomas' algorithm.
    """
    nx, ny, nz = u.shape
    upper = np.ndarray((nx, ny, nz), dtype=u.dtype)
    right = np.ndarray((nx, ny, nz), dtype=u.dtype)
    above = np.ndarray((nx, ny), dtype=u.dtype)
    for k in range(1):
        outflow = 0.25 * (w[1:, :, k + 1] + w[:-1, :, k + 1])
        upper[:, :, k] = outflow * BETA_AFTER
        diagonal = dt_inverse - upper[:, :, k]
        change = -outflow * BETA_BEFORE * (u[:, :, k + 1] - u[:, :, k])
        right[:, :, k] = dt_inverse * u[:, :, k] + tendency[:, :, k] + change
        upper[:, :, k] /= diagonal
        right[:, :, k] /= diagonal
    for k in range(1, nz):
        inflow = -0.25 * (w[1:, :, k] + w[:-1, :, k])
        lower = inflow * BETA_AFTER
        change = -inflow * BETA_BEFORE * (u[:, :, k - 1] - u[:, :, k])
        diagonal = dt_inverse - lower
        if k < nz - 1:
            outflow = 0.25 * (w[1:, :, k + 1] + w[:-1, :, k + 1])
            upper[:, :, k] = outflow * BETA_AFTER
            diagonal = diagonal - upper[:, :, k]
            change -= outflow * BETA_BEFORE * (u[:, :, k + 1] - u[:, :, k])
        right[:, :, k] = dt_inverse * u[:, :, k] + tendency[:, :, k] + change
        divided = 1.0 / (diagonal - upper[:, :, k - 1] * lower)
        if k < nz - 1:
            upper[:, :, k] = upper[:, :, k] * divided
        right[:, :, k] = (right[:, :, k] - right[:, :, k - 1] * lower) * divided
    for k in range(nz - 1, -1, -1):
        level = right[:, :, k]
        if k < nz - 1:
            level = level - upper[:, :, k] * above
        above[:] = level
        tendency[:, :, k] = dt_inverse * (level - u[:, :, k])
    return tendency


@program(normal(size=(7, 8, 2)), uniform(0.1, 0.3, size=(3, 4, 2)), twice=False)
def limited_horizontal_diffusion(field, coefficient):
    """A diffusion of fourth order whose fluxes are cut where they would steepen.

    Xue, Monthly Weather Review 128 (2000) 2853-2864.
    """
    nx, ny = field.shape[0] - 4, field.shape[1] - 4
    centre = field[1 : nx + 3, 1 : ny + 3, :]
    laplacian = 4.0 * centre - (
        field[2 : nx + 4, 1 : ny + 3, :]
        + field[0 : nx + 2, 1 : ny + 3, :]
        + field[1 : nx + 3, 2 : ny + 4, :]
        + field[1 : nx + 3, 0 : ny + 2, :]
    )
    flux = laplacian[1:, 1 : ny + 1, :] - laplacian[:-1, 1 : ny + 1, :]
    slope = field[2 : nx + 3, 2 : ny + 2, :] - field[1 : nx + 2, 2 : ny + 2, :]
    flux_x = np.where(flux * slope > 0, 0, flux)
    flux = laplacian[1 : nx + 1, 1:, :] - laplacian[1 : nx + 1, :-1, :]
    slope = field[2 : nx + 2, 2 : ny + 3, :] - field[2 : nx + 2, 1 : ny + 2, :]
    flux_y = np.where(flux * slope > 0, 0, flux)
    divergence = flux_x[1:] - flux_x[:-1] + flux_y[:, 1:] - flux_y[:, :-1]
    return field[2 : nx + 2, 2 : ny + 2, :] - coefficient * divergence


def _advected(field, vx, vy):
    """The field one step upstream, between grid points by bilinear weights."""
    rows, columns = field.shape
    xs, ys = np.meshgrid(np.arange(columns), np.arange(rows))
    x, y = (xs - vx).ravel(), (ys - vy).ravel()
    left, top = np.floor(y).astype(int), np.floor(x).astype(int)
    right_weight, bottom_weight = y - left, x - top
    left, right = np.mod(left, rows), np.mod(left + 1, rows)
    top, bottom = np.mod(top, columns), np.mod(top + 1, columns)
    flat = (1 - right_weight) * (
        (1 - bottom_weight) * field[left, top] + bottom_weight * field[left, bottom]
    ) + right_weight * (
        (1 - bottom_weight) * field[right, top] + bottom_weight * field[right, bottom]
    )
    return np.reshape(flat, (rows, columns))


def _projected(vx, vy):
    """The velocity without its divergence, by a few Jacobi iterations for the pressure."""
    pressure = np.zeros(vx.shape)
    h = 1.0 / vx.shape[0]
    divergence = (
        -0.5
        * h
        * (
            np.roll(vx, -1, axis=0)
            - np.roll(vx, 1, axis=0)
            + np.roll(vy, -1, axis=1)
            - np.roll(vy, 1, axis=1)
        )
    )
    for _ in range(3):
        pressure = (
            divergence
            + np.roll(pressure, 1, axis=0)
            + np.roll(pressure, -1, axis=0)
            + np.roll(pressure, 1, axis=1)
            + np.roll(pressure, -1, axis=1)
        ) / 4.0
    vx -= 0.5 * (np.roll(pressure, -1, axis=0) - np.roll(pressure, 1, axis=0)) / h
    vy -= 0.5 * (np.roll(pressure, -1, axis=1) - np.roll(pressure, 1, axis=1)) / h
    return vx, vy


@program(
    uniform(0.1, 0.4, size=(4, 4)),
    uniform(0.1, 0.4, size=(4, 4)),
    normal(size=(4, 4)),
    2,
    twice=False,
)
def smoke_in_a_stable_fluid(vx, vy, smoke, steps):
    """Smoke that a flow carries, on a torus.

    Stam, Stable fluids, Proceedings of SIGGRAPH (1999) 121-128.
    """
    for _ in range(steps):
        vx, vy = _projected(_advected(vx, vx, vy), _advected(vy, vx, vy))
        smoke = _advected(smoke, vx, vy)
    return smoke


@program(
    normal(size=(4, 5)),
    normal(size=(4, 5)),
    normal(size=(4, 5)),
    normal(size=3),
    compiles=True,
    twice=False,
)
def electromagnetic_pulse(ex, ey, hz, pulse):
    """Leapfrog of electric and magnetic fields on staggered grids, in place.

    Yee, IEEE Transactions on Antennas and Propagation 14 (1966) 302-307.
    """
    for t in range(len(pulse)):
        ey[0, :] = pulse[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return ex, ey, hz


@program(2, 5, uniform(0.5, 1.5, size=(5, 5)), compiles=True, twice=False)
def alternating_directions(steps, n, u):
    """Heat in a square: implicit along columns, then along rows.

    Peaceman and Rachford, Journal of SIAM 3 (1955) 28-41.
    """
    v, p, q = np.empty(u.shape), np.empty(u.shape), np.empty(u.shape)
    ratio = n * n / steps
    a, b = -2.0 * ratio / 2.0, 1.0 + 2.0 * ratio
    d, e = -1.0 * ratio / 2.0, 1.0 + 1.0 * ratio
    inner = slice(1, n - 1)
    for _ in range(steps):
        v[0, inner] = 1.0
        p[inner, 0] = 0.0
        q[inner, 0] = v[0, inner]
        for j in range(1, n - 1):
            p[inner, j] = -a / (a * p[inner, j - 1] + b)
            q[inner, j] = (
                -d * u[j, 0 : n - 2]
                + (1.0 + 2.0 * d) * u[j, inner]
                - d * u[j, 2:n]
                - a * q[inner, j - 1]
            ) / (a * p[inner, j - 1] + b)
        v[n - 1, inner] = 1.0
        for j in range(n - 2, 0, -1):
            v[j, inner] = p[inner, j] * v[j + 1, inner] + q[inner, j]
        u[inner, 0] = 1.0
        p[inner, 0] = 0.0
        q[inner, 0] = u[inner, 0]
        for j in range(1, n - 1):
            p[inner, j] = -d / (d * p[inner, j - 1] + e)
            q[inner, j] = (
                -a * v[0 : n - 2, j]
                + (1.0 + 2.0 * a) * v[inner, j]
                - a * v[2:n, j]
                - d * q[inner, j - 1]
            ) / (d * p[inner, j - 1] + e)
        u[inner, n - 1] = 1.0
        for j in range(n - 2, 0, -1):
            u[inner, j] = p[inner, j] * u[inner, j + 1] + q[inner, j]
    return u
