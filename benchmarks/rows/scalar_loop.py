"""A loop over a scalar with a branch that depends on it."""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case


def scalar_loop(x, w, n):
    """Iterate one of two maps, chosen by the value reached; both branches are taken."""
    for _i in range(n):
        if x > 1.0:
            x = w * np.sqrt(x)
        else:
            x = x * x + w
    return x


def scalar_loop_adjoint(x, w, n, y_bar):
    """The adjoint of `scalar_loop`: only `x` is kept, and the condition is tested again."""
    x_tape = []
    for _i in range(n):
        x_tape.append(x)
        if x > 1.0:
            x = w * np.sqrt(x)
        else:
            x = x * x + w

    x_bar = y_bar
    w_bar = 0.0
    for _i in range(n - 1, -1, -1):
        x = x_tape.pop()
        if x > 1.0:
            r = np.sqrt(x)
            w_bar += r * x_bar
            x_bar = w * x_bar / (2.0 * r)
        else:
            w_bar += x_bar
            x_bar = 2.0 * x * x_bar
    return x_bar, w_bar


def scalar_loop_compiled_adjoint(x, w, n, y_bar):
    """`scalar_loop_adjoint` with an array for the tape."""
    x_tape = np.empty(n)
    for i in range(n):
        x_tape[i] = x
        if x > 1.0:
            x = w * np.sqrt(x)
        else:
            x = x * x + w

    x_bar = y_bar
    w_bar = 0.0
    for i in range(n - 1, -1, -1):
        x = x_tape[i]
        if x > 1.0:
            r = np.sqrt(x)
            w_bar += r * x_bar
            x_bar = w * x_bar / (2.0 * r)
        else:
            w_bar += x_bar
            x_bar = 2.0 * x * x_bar
    return x_bar, w_bar


CPP = """
void adjoint(double x, double w, long n, double y_bar, double* x_bar, double* w_bar) {
    vector<double> tape(n);
    FOR(i, n) {
        tape[i] = x;
        x = x > 1.0 ? w * std::sqrt(x) : x * x + w;
    }
    double b = y_bar, wb = 0.0;
    BACK(i, n) {
        x = tape[i];
        if (x > 1.0) {
            double r = std::sqrt(x);
            wb += r * b;
            b = w * b / (2.0 * r);
        } else {
            wb += b;
            b = 2.0 * x * b;
        }
    }
    *x_bar = b;
    *w_bar = wb;
}
"""


def _scalar_loop_in(xp):
    def program(x, w, n):
        for _i in range(n):
            x = w * xp.sqrt(x) if x > 1.0 else x * x + w
        return x

    return program


def _scalar_loop_in_jax(xp):
    from jax import lax

    def program(x, w, n):
        def step(_i, x):
            return lax.cond(x > 1.0, lambda x: w * xp.sqrt(x), lambda x: x * x + w, x)

        return lax.fori_loop(0, n, step, x)

    return program


def scalar_loop_case(n: int) -> Case:
    """`scalar_loop` with `n` steps."""
    return Case(
        name="scalar loop",
        sized="{} steps",
        size=n,
        primal=scalar_loop,
        adjoint=scalar_loop_adjoint,
        compiled_adjoint=scalar_loop_compiled_adjoint,
        cpp=CPP,
        inputs=(0.5, 0.9, n),
        argnums=(0, 1),
        elsewhere={
            "torch": _scalar_loop_in,
            "autograd": _scalar_loop_in,
            "jax": _scalar_loop_in_jax,
        },
    )


ROWS = {
    "scalar-loop-10": lambda: scalar_loop_case(10),
    "scalar-loop-1000": lambda: scalar_loop_case(1_000),
}
