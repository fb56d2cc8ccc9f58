"""Stencils on grids, stepped in time or to convergence."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(31)
normal, uniform = rng.normal, rng.uniform


@program(uniform(0.0, 1.0, size=9), 0.25, 5, twice=False)
def heat_in_a_bar(u, r, steps):
    """Explicit heat equation with insulated ends, two buffers that change places.

    LeVeque, Finite Difference Methods for Ordinary and Partial Differential Equations, section 9.1.
    """
    n = len(u)
    new = np.empty_like(u)
    for step in range(steps):
        new[0] = u[0] + 2.0 * r * (u[1] - u[0])
        for i in range(1, n - 1):
            new[i] = u[i] + r * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        new[-1] = u[-1] + 2.0 * r * (u[-2] - u[-1])
        u, new = new, u
        if step == 0:
            print(f"after one step: {u.mean():.3f}")
    return u


@program(normal(size=(6, 5)), uniform(0.0, 1.0, size=5), 1e-2, twice=False)
def jacobi_to_tolerance(f, top, tol):
    """Poisson's equation by Jacobi iteration until the change is small.

    Saad, Iterative Methods for Sparse Linear Systems, section 4.1.
    """
    rows, columns = f.shape
    h = 1.0 / (rows - 1)
    u = np.zeros((rows, columns))
    u[0, :] = top
    old = np.zeros_like(u)
    iterations = 0
    while True:
        np.copyto(old, u)
        u[1:-1, 1:-1] = 0.25 * (
            old[:-2, 1:-1] + old[2:, 1:-1] + old[1:-1, :-2] + old[1:-1, 2:] - h * h * f[1:-1, 1:-1]
        )
        iterations += 1
        if np.max(np.abs(u - old)) < tol:
            break
        if iterations >= 40:
            break
    return u, iterations


@program(normal(size=(5, 6)), 1.3, 1e-6, twice=False)
def successive_over_relaxation(f, omega, tol):
    """Gauss-Seidel with over-relaxation, point by point in place.

    Press et al., Numerical Recipes, section 20.5.1.
    """
    n, m = f.shape
    u = np.zeros((n, m))
    residual = 0.0
    for _sweep in range(6):
        residual = 0.0
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                change = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]) - u[i, j]
                change -= 0.25 * f[i, j]
                u[i, j] += omega * change
                residual += abs(change)
        if residual < tol:
            break
    else:
        u *= 1.0 - residual
    return u


@program(normal(size=(6, 7)), uniform(0.2, 0.4, size=(6, 7)), 4, twice=False)
def membrane_by_leapfrog(initial, speed, steps):
    """The wave equation in two dimensions by leapfrog, with three buffers that rotate.

    Strikwerda, Finite Difference Schemes and Partial Differential Equations, chapter 8.
    """
    previous = initial.copy()
    current = initial.copy()
    following = np.zeros_like(initial)
    inner = np.s_[1:-1, 1:-1]
    previous[0] = previous[-1] = 0.0
    current[0] = current[-1] = 0.0
    energy = []
    for _ in range(steps):
        laplacian = (
            current[2:, 1:-1]
            + current[:-2, 1:-1]
            + current[1:-1, 2:]
            + current[1:-1, :-2]
            - 4.0 * current[inner]
        )
        following[inner] = 2.0 * current[inner] - previous[inner]
        following[inner] += speed[inner] ** 2 * laplacian
        following[0, :] = 0.0
        following[-1, :] = 0.0
        following[:, 0] = 0.0
        following[:, -1] = 0.0
        energy.append(np.sum((following - current) ** 2))
        previous, current, following = current, following, previous
    return current, np.array(energy)


def _thomas(lower, diagonal, upper, rhs):
    """Solve a tridiagonal system; `rhs` is overwritten with the solution."""
    n = len(rhs)
    c = np.zeros(n)
    c[0] = upper / diagonal
    rhs[0] = rhs[0] / diagonal
    for i in range(1, n):
        m = diagonal - lower * c[i - 1]
        c[i] = upper / m
        rhs[i] = (rhs[i] - lower * rhs[i - 1]) / m
    for i in range(n - 2, -1, -1):
        rhs[i] -= c[i] * rhs[i + 1]


@program(normal(size=(5, 6)), 0.4, 3, twice=False)
def heat_by_alternating_directions(u, r, steps):
    """Implicit in x, then implicit in y: one tridiagonal solve for each line of the grid.

    Peaceman and Rachford, J. SIAM 3 (1955) 28-41.
    """
    half = 0.5 * r
    for _ in range(steps):
        rhs = (1.0 - 2.0 * half) * u
        rhs[:, 1:] += half * u[:, :-1]
        rhs[:, :-1] += half * u[:, 1:]
        for j in range(u.shape[1]):
            _thomas(-half, 1.0 + 2.0 * half, -half, rhs[:, j])
        u[...] = (1.0 - 2.0 * half) * rhs
        u[1:] += half * rhs[:-1]
        u[:-1] += half * rhs[1:]
        for row in u:
            _thomas(-half, 1.0 + 2.0 * half, -half, row)
    return u


@program(normal(size=10), 0.05, 0.1, 4, twice=False)
def burgers_upwind(u, viscosity, dt, steps):
    """Burgers' equation, upwind by the sign of the velocity, periodic.

    Hirsch, Numerical Computation of Internal and External Flows, section 8.3.
    """
    n = u.size
    dx = 1.0
    for _ in range(steps):
        un = u.copy()
        for i in range(n):
            left, right = un[i - 1], un[(i + 1) % n]
            if un[i] > 0:
                slope = (un[i] - left) / dx
            else:
                slope = (right - un[i]) / dx
            u[i] = un[i] - dt * un[i] * slope
            u[i] += viscosity * dt / dx**2 * (right - 2.0 * un[i] + left)
        top = np.abs(u).max()
        if top > 1e3:
            raise FloatingPointError("unstable")
        assert np.all(np.isfinite(u)), "blew up"
    return u


@program(normal(size=(4, 5, 4)), 0.1, uniform(0.5, 1.5, size=3), 2, twice=False)
def heat_in_a_block(u, dt, diffusivity, steps):
    """Heat in three dimensions through a view of the interior.

    LeVeque, Finite Difference Methods, section 9.8.
    """
    core = u[1:-1, 1:-1, 1:-1]
    for _ in range(steps):
        change = np.zeros(core.shape)
        for axis in range(3):
            ahead = [slice(1, -1)] * 3
            behind = [slice(1, -1)] * 3
            ahead[axis] = slice(2, None)
            behind[axis] = slice(None, -2)
            change += diffusivity[axis] * (u[tuple(ahead)] - 2.0 * core + u[tuple(behind)])
        core += dt * change
        # the faces follow what is inside
        u[0], u[-1] = u[1], u[-2]
    return u
