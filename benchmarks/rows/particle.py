"""A flight until the ground is reached: a loop whose length only the run shows."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case


def flight(speed, angle, drag, dt):
    """How far a particle flies against the resistance of air."""
    x, y = 0.0, 0.0
    u, w = speed * np.cos(angle), speed * np.sin(angle)
    while y >= 0.0:
        s = np.sqrt(u * u + w * w)
        u = u - dt * drag * s * u
        w = w - dt * (9.81 + drag * s * w)
        x = x + dt * u
        y = y + dt * w
    return x


def flight_adjoint(speed, angle, drag, dt, y_bar):
    """The adjoint of `flight` in all but `dt`; the speeds are kept, the place is not needed."""
    y = 0.0
    u, w = speed * np.cos(angle), speed * np.sin(angle)
    tape = []
    while y >= 0.0:
        tape.append((u, w))
        s = np.sqrt(u * u + w * w)
        u = u - dt * drag * s * u
        w = w - dt * (9.81 + drag * s * w)
        y = y + dt * w

    u_bar, w_bar, drag_bar = 0.0, 0.0, 0.0
    while tape:
        u, w = tape.pop()
        s = np.sqrt(u * u + w * w)
        u_bar += dt * y_bar
        u_bar, w_bar, drag_bar = reverse_step(u, w, s, drag, dt, u_bar, w_bar, drag_bar)
    return finish(speed, angle, u_bar, w_bar, drag_bar)


def reverse_step(u, w, s, drag, dt, u_bar, w_bar, drag_bar):
    """The adjoint of the two lines that slow the particle down."""
    t = dt * (u_bar * u + w_bar * w)
    drag_bar -= s * t
    s_bar = -drag * t
    u_bar = u_bar * (1 - dt * drag * s) + s_bar * u / s
    w_bar = w_bar * (1 - dt * drag * s) + s_bar * w / s
    return u_bar, w_bar, drag_bar


def finish(speed, angle, u_bar, w_bar, drag_bar):
    """The adjoint of the first line."""
    c, s = np.cos(angle), np.sin(angle)
    return u_bar * c + w_bar * s, speed * (w_bar * c - u_bar * s), drag_bar


def flight_loops(speed, angle, drag, dt, y_bar):
    """`flight_adjoint` with an array that doubles for the tape."""
    y = 0.0
    u, w = speed * np.cos(angle), speed * np.sin(angle)
    tape = np.empty((64, 2))
    n = 0
    while y >= 0.0:
        if n == len(tape):
            longer = np.empty((2 * n, 2))
            longer[:n] = tape
            tape = longer
        tape[n, 0] = u
        tape[n, 1] = w
        n += 1
        s = np.sqrt(u * u + w * w)
        u = u - dt * drag * s * u
        w = w - dt * (9.81 + drag * s * w)
        y = y + dt * w

    u_bar, w_bar, drag_bar = 0.0, 0.0, 0.0
    for i in range(n - 1, -1, -1):
        u, w = tape[i, 0], tape[i, 1]
        s = np.sqrt(u * u + w * w)
        u_bar += dt * y_bar
        u_bar, w_bar, drag_bar = reverse_step(u, w, s, drag, dt, u_bar, w_bar, drag_bar)
    return finish(speed, angle, u_bar, w_bar, drag_bar)


CPP = """
void adjoint(double speed, double angle, double drag, double dt, double y_bar,
             double* speed_bar, double* angle_bar, double* drag_bar) {
    double y = 0.0, ca = std::cos(angle), sa = std::sin(angle), u = speed * ca, w = speed * sa;
    vector<double> tape;
    while (y >= 0.0) {
        tape.push_back(u);
        tape.push_back(w);
        double s = std::sqrt(u * u + w * w);
        u -= dt * drag * s * u;
        w -= dt * (9.81 + drag * s * w);
        y += dt * w;
    }
    double ub = 0.0, wb = 0.0, db = 0.0;
    BACK(i, (long)tape.size() / 2) {
        u = tape[2 * i], w = tape[2 * i + 1];
        double s = std::sqrt(u * u + w * w);
        ub += dt * y_bar;
        double t = dt * (ub * u + wb * w), s_bar = -drag * t;
        db -= s * t;
        ub = ub * (1 - dt * drag * s) + s_bar * u / s;
        wb = wb * (1 - dt * drag * s) + s_bar * w / s;
    }
    *speed_bar = ub * ca + wb * sa;
    *angle_bar = speed * (wb * ca - ub * sa);
    *drag_bar = db;
}
"""


def _in(xp):
    def program(speed, angle, drag, dt):
        x, y = 0.0, 0.0
        u, w = speed * xp.cos(angle), speed * xp.sin(angle)
        while y >= 0.0:
            s = xp.sqrt(u * u + w * w)
            u = u - dt * drag * s * u
            w = w - dt * (9.81 + drag * s * w)
            x = x + dt * u
            y = y + dt * w
        return x

    return program


ROWS = {
    "particle": lambda: Case(
        name="particle, unbounded while",
        sized="about {} steps",
        size=4_000,
        primal=flight,
        adjoint=flight_adjoint,
        compiled_adjoint=flight_loops,
        cpp=CPP,
        inputs=(40.0, 0.8, 0.005, 1e-3),
        argnums=(0, 1, 2),
        elsewhere={"torch": _in, "autograd": _in},
    )
}
