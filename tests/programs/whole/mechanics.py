"""Bodies in motion: classes with methods, integrators, events."""

from dataclasses import dataclass

import numpy as np

from ..registry import program

rng = np.random.default_rng(37)
normal, uniform = rng.normal, rng.uniform


def _accelerations(x, m, acc, softening=0.1):
    acc.fill(0.0)
    n = len(m)
    for i in range(n):
        for j in range(i + 1, n):
            d = x[j] - x[i]
            r2 = d @ d + softening**2
            inv = 1.0 / (r2 * np.sqrt(r2))
            acc[i] += m[j] * inv * d
            acc[j] -= m[i] * inv * d


@program(normal(size=(3, 2)), normal(size=(3, 2)), uniform(0.5, 1.5, size=3), 0.05, 3, twice=False)
def gravitating_bodies(x, v, m, dt, steps):
    """Velocity Verlet; the accelerations are written into one array that is used again.

    Hairer, Lubich and Wanner, Geometric Numerical Integration, section I.1.4.
    """
    acc = np.empty_like(x)
    _accelerations(x, m, acc)
    for _ in range(steps):
        v += 0.5 * dt * acc
        x += dt * v
        _accelerations(x, m, acc)
        v += 0.5 * dt * acc
    kinetic = 0.5 * np.sum(m[:, None] * v**2)
    return x, v, kinetic


A = ((), (1 / 2,), (0.0, 3 / 4), (2 / 9, 1 / 3, 4 / 9))
B_HIGH = (2 / 9, 1 / 3, 4 / 9, 0.0)
B_LOW = (7 / 24, 1 / 4, 1 / 3, 1 / 8)


@program(np.array([1.0, 0.0]), 1.5, 2.0, 1e-3, twice=False, smooth=False)
def van_der_pol_adaptive(y, mu, end, tol):
    """An embedded Runge-Kutta pair with step control.

    Bogacki and Shampine, Applied Mathematics Letters 2 (1989) 321-325.
    """

    def f(t, y):
        return np.array([y[1], mu * (1.0 - y[0] ** 2) * y[1] - y[0]])

    t, h = 0.0, 0.1
    accepted = rejected = 0
    while t < end:
        if t + h > end:
            h = end - t
        stages = []
        for row in A:
            increment = np.zeros_like(y)
            for a, k in zip(row, stages, strict=False):
                increment = increment + a * k
            stages.append(f(t + h * sum(row), y + h * increment))
        high = sum(b * k for b, k in zip(B_HIGH, stages, strict=True))
        low = sum(b * k for b, k in zip(B_LOW, stages, strict=True))
        error = h * np.linalg.norm(high - low)
        if error <= tol:
            t += h
            y = y + h * high
            accepted += 1
        else:
            rejected += 1
            if rejected > 50:
                raise RuntimeError("too many rejected steps")
        factor = 0.9 * (tol / error) ** (1 / 3)
        h *= min(5.0, max(0.2, factor))
    return y, accepted


class SpringChain:
    """Masses on a line, joined by springs to their neighbours and to two walls."""

    def __init__(self, stiffness, damping, n):
        self.k = stiffness
        self.c = damping
        self.x = np.zeros(n)
        self.v = np.zeros(n)
        self.time = 0.0

    @property
    def energy(self):
        stretch = np.diff(np.concatenate(([0.0], self.x, [0.0])))
        return 0.5 * np.sum(self.v**2) + 0.5 * np.sum(self.k * stretch**2)

    def force(self):
        f = -self.c * self.v
        for i in range(len(self.x)):
            left = self.x[i - 1] if i > 0 else 0.0
            right = self.x[i + 1] if i + 1 < len(self.x) else 0.0
            f[i] += self.k[i] * (left - self.x[i]) + self.k[i + 1] * (right - self.x[i])
        return f

    def step(self, dt):
        self.v += dt * self.force()
        self.x += dt * self.v
        self.time += dt


class DrivenChain(SpringChain):
    """The first mass is pushed periodically."""

    def __init__(self, stiffness, damping, n, amplitude):
        super().__init__(stiffness, damping, n)
        self.amplitude = amplitude

    def force(self):
        f = super().force()
        f[0] += self.amplitude * np.sin(2.0 * self.time)
        return f


@program(uniform(0.5, 2.0, size=5), 0.1, 0.7, 6, twice=False)
def driven_spring_chain(stiffness, damping, amplitude, steps):
    """Coupled oscillators by semi-implicit Euler, as a class and its subclass.

    Goldstein, Poole and Safko, Classical Mechanics, chapter 6.
    """
    chain = DrivenChain(stiffness, damping, 4, amplitude)
    energies = []
    for _ in range(steps):
        chain.step(0.1)
        energies.append(chain.energy)
    return chain.x, np.array(energies)


@dataclass
class Ball:
    height: float
    velocity: float
    restitution: float


@program(1.0, 0.5, 0.8, 9.81, twice=False)
def bouncing_ball(height, velocity, restitution, g):
    """Free fall with events: the time of each impact is found exactly.

    Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.6.
    """
    ball = Ball(height, velocity, restitution)
    t, end = 0.0, 1.6
    bounces = 0
    while True:
        flight = (ball.velocity + np.sqrt(ball.velocity**2 + 2.0 * g * ball.height)) / g
        if t + flight > end:
            rest = end - t
            ball.height += ball.velocity * rest - 0.5 * g * rest**2
            ball.velocity -= g * rest
            break
        t += flight
        ball.velocity = ball.restitution * (g * flight - ball.velocity)
        ball.height = 0.0
        bounces += 1
    return ball.height, ball.velocity, bounces


@program(np.array([0.4, -0.2, 0.0, 0.1]), (1.0, 0.8), (1.0, 0.6), 0.02, 5, twice=False)
def double_pendulum(state, masses, lengths, dt, steps):
    """Two rods by the classical Runge-Kutta method.

    Landau and Lifshitz, Mechanics, section 5; Hairer, Norsett and Wanner I, section II.1.
    """
    m1, m2 = masses
    l1, l2 = lengths
    g = 9.81

    def derivative(s):
        a1, a2, w1, w2 = s
        delta = a1 - a2
        den = 2 * m1 + m2 - m2 * np.cos(2 * delta)
        out = np.empty(4)
        out[:2] = s[2:]
        out[2] = (
            -g * (2 * m1 + m2) * np.sin(a1)
            - m2 * g * np.sin(a1 - 2 * a2)
            - 2 * np.sin(delta) * m2 * (w2**2 * l2 + w1**2 * l1 * np.cos(delta))
        ) / (l1 * den)
        out[3] = (
            2
            * np.sin(delta)
            * (
                w1**2 * l1 * (m1 + m2)
                + g * (m1 + m2) * np.cos(a1)
                + w2**2 * l2 * m2 * np.cos(delta)
            )
            / (l2 * den)
        )
        return out

    trajectory = np.zeros((steps + 1, 4))
    trajectory[0] = state
    for n in range(steps):
        s = trajectory[n]
        k1 = derivative(s)
        k2 = derivative(s + dt / 2 * k1)
        k3 = derivative(s + dt / 2 * k2)
        k4 = derivative(s + dt * k3)
        trajectory[n + 1] = s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return trajectory


@program(
    uniform(0.0, 3.0, size=(4, 2)),
    0.3 * normal(size=(4, 2)),
    3.0,
    0.02,
    3,
    twice=False,
    smooth=False,
)
def lennard_jones_in_a_box(positions, velocities, box, dt, steps):
    """Molecules with periodic images and a cut-off.

    Frenkel and Smit, Understanding Molecular Simulation, section 4.2.
    """
    n, dimensions = positions.shape
    potential = 0.0
    forces = np.zeros((n, dimensions))
    for step in range(steps + 1):
        forces[:] = 0.0
        potential = 0.0
        for i in range(n - 1):
            for j in range(i + 1, n):
                d = positions[i] - positions[j]
                d -= box * np.round(d / box)
                r2 = np.dot(d, d) + 0.5
                if r2 > (0.5 * box) ** 2:
                    continue
                s6 = 1.0 / r2**3
                potential += 4.0 * s6 * (s6 - 1.0)
                pair = 48.0 * s6 * (s6 - 0.5) / r2 * d
                forces[i] += pair
                forces[j] -= pair
        if step == steps:
            break
        velocities += dt * forces
        positions += dt * velocities
        positions %= box
    return positions, potential
