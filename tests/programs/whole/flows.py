"""Flows: incompressible in a cavity, shallow water, a limiter, traffic."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(32)
normal, uniform = rng.normal, rng.uniform


def _source_term(b, rho, dt, u, v, dx, dy):
    b[1:-1, 1:-1] = rho * (
        1
        / dt
        * ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx) + (v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy))
        - ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx)) ** 2
        - 2 * ((u[2:, 1:-1] - u[0:-2, 1:-1]) / (2 * dy) * (v[1:-1, 2:] - v[1:-1, 0:-2]) / (2 * dx))
        - ((v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy)) ** 2
    )
    return b


def _pressure(p, dx, dy, b, sweeps):
    pn = np.empty_like(p)
    pn = p.copy()
    for _q in range(sweeps):
        pn = p.copy()
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2
        ) / (2 * (dx**2 + dy**2)) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 1:-1]
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0
    return p


@program(
    0.1 * normal(size=(6, 6)),
    0.1 * normal(size=(6, 6)),
    1.0,
    0.1,
    1.0,
    2,
    twice=False,
)
def cavity_flow(u, v, rho, nu, lid, nt):
    """Lid-driven cavity with a pressure Poisson equation.

    Barba and Forsyth, CFD Python: the 12 steps to Navier-Stokes, J. Open Source Educ. 2 (2019), 21.
    """
    ny, nx = u.shape
    dx, dy = 2 / (nx - 1), 2 / (ny - 1)
    dt = 0.01
    p = np.zeros((ny, nx))
    b = np.zeros((ny, nx))
    un = np.empty_like(u)
    vn = np.empty_like(v)

    for _n in range(nt):
        un = u.copy()
        vn = v.copy()
        b = _source_term(b, rho, dt, u, v, dx, dy)
        p = _pressure(p, dx, dy, b, 3)

        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[0:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, 0:-2])
            + nu
            * (
                dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, 0:-2])
                + dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[0:-2, 1:-1])
            )
        )
        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[0:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[0:-2, 1:-1])
            + nu
            * (
                dt / dx**2 * (vn[1:-1, 2:] - 2 * vn[1:-1, 1:-1] + vn[1:-1, 0:-2])
                + dt / dy**2 * (vn[2:, 1:-1] - 2 * vn[1:-1, 1:-1] + vn[0:-2, 1:-1])
            )
        )
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = lid
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0
    return u, v, p


@program(uniform(1.0, 1.5, size=8), 0.1 * normal(size=8), 9.81, 3, twice=False)
def shallow_water_lax_friedrichs(h, hu, g, steps):
    """The shallow-water equations on a ring, by the method of Lax and Friedrichs.

    LeVeque, Finite Volume Methods for Hyperbolic Problems, sections 4.6 and 13.1.
    """

    def flux(q):
        depth, discharge = q
        velocity = discharge / depth
        return np.stack([discharge, discharge * velocity + 0.5 * g * depth**2])

    q = np.array([h, hu])
    time, cfl = 0.0, 0.4
    for _ in range(steps):
        depth, discharge = q
        fastest = np.max(np.abs(discharge / depth) + np.sqrt(g * depth))
        dt = cfl / fastest
        f = flux(q)
        q = 0.5 * (np.roll(q, 1, axis=1) + np.roll(q, -1, axis=1)) - 0.5 * dt * (
            np.roll(f, -1, axis=1) - np.roll(f, 1, axis=1)
        )
        time += dt
    h[:] = q[0]
    hu[:] = q[1]
    return h, hu, time


def _minmod(a, b):
    if a * b <= 0.0:
        return 0.0
    if abs(a) < abs(b):
        return a
    return b


@program(normal(size=9), 0.4, 3, twice=False)
def advection_with_a_limiter(q, courant, steps):
    """Second-order advection with the minmod limiter and ghost cells.

    LeVeque, Finite Volume Methods for Hyperbolic Problems, section 6.9.
    """
    n = len(q)
    ghosts = np.zeros(n + 4)
    cells = ghosts[2:-2]
    cells[:] = q
    for _ in range(steps):
        ghosts[:2] = ghosts[-4:-2]
        ghosts[-2:] = ghosts[2:4]
        flux = np.empty(n + 1)
        for i in range(n + 1):
            k = i + 1
            slope = _minmod(ghosts[k] - ghosts[k - 1], ghosts[k + 1] - ghosts[k])
            flux[i] = ghosts[k] + 0.5 * (1.0 - courant) * slope
        cells -= courant * np.diff(flux)
    return cells


@program(
    np.linspace(0.0, 90.0, 10)[::-1].copy(), uniform(8.0, 12.0, size=10), 1.5, 2.0, 8, smooth=False
)
def traffic_of_intelligent_drivers(x, v, reaction, headway, steps):
    """Cars in a row follow their leaders.

    Treiber, Hennecke and Helbing, Physical Review E 62 (2000) 1805.
    """
    desired, comfortable, gap_min, dt = 15.0, 2.0, 2.0, 0.25
    cars = len(x)
    for step in range(steps):
        acceleration = np.zeros(cars)
        for i in range(cars):
            free = 1.0 - (v[i] / desired) ** 4
            if i == 0:
                acceleration[i] = reaction * free if step < 4 else -1.0
                continue
            gap = x[i - 1] - x[i] - 4.0
            closing = v[i] - v[i - 1]
            wanted = gap_min + max(
                0.0, v[i] * headway + v[i] * closing / (2.0 * np.sqrt(reaction * comfortable))
            )
            acceleration[i] = reaction * (free - (wanted / gap) ** 2)
        v += dt * acceleration
        np.maximum(v, 0.0, out=v)
        x += dt * v
    return x, v
