"""Programs that take time linear in n, one element at a time.

A tool that answers each subscript with an array of the whole length needs quadratic time for
their gradients. The callees branch, so that they cannot be dissolved into their callers as an
expression. torch stores into tensors; autograd collects a list; JAX scans, which is the only form
of such a loop that it compiles in reasonable time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.rows.case import Case


def reads(x, t):
    """The polynomial with coefficients `x` at `t`, by Horner's scheme: n reads."""
    s = 0.0
    for i in range(len(x)):
        s = s * t + x[i]
    return s


def reads_adjoint(x, t, y_bar):
    """The adjoint of `reads`, and of `reads_by_calls` shifted by one."""
    n = len(x)
    s_tape = []
    s = 0.0
    for i in range(n):
        s_tape.append(s)
        s = s * t + x[i]

    x_bar = np.zeros(n)
    t_bar = 0.0
    s_bar = y_bar
    for i in range(n - 1, -1, -1):
        x_bar[i] += s_bar
        t_bar += s_tape.pop() * s_bar
        s_bar = s_bar * t
    return x_bar, t_bar


def reads_compiled_adjoint(x, t, y_bar):
    """`reads_adjoint` with an array for the tape."""
    n = len(x)
    s_tape = np.empty(n)
    s = 0.0
    for i in range(n):
        s_tape[i] = s
        s = s * t + x[i]

    x_bar = np.zeros(n)
    t_bar = 0.0
    s_bar = y_bar
    for i in range(n - 1, -1, -1):
        x_bar[i] += s_bar
        t_bar += s_tape[i] * s_bar
        s_bar = s_bar * t
    return x_bar, t_bar


def stores(x):
    """Exponential smoothing of `x`: n stores."""
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = 0.9 * y[i - 1] + 0.1 * x[i]
    return y


def stores_adjoint(x, y_bar):
    """The adjoint of `stores`."""
    n = len(x)
    y_bar = y_bar.copy()
    x_bar = np.zeros(n)
    for i in range(n - 1, 0, -1):
        v_bar = y_bar[i]
        y_bar[i - 1] += 0.9 * v_bar
        x_bar[i] += 0.1 * v_bar
    x_bar[0] += y_bar[0]
    return (x_bar,)


def wrapped(x, i):
    """`x[i]` on a circle."""
    if i >= len(x):
        i = i - len(x)
    return x[i]


def reads_by_calls(x, t):
    """`reads` that begins with the second coefficient: n calls that read one element."""
    s = 0.0
    for i in range(len(x)):
        s = s * t + wrapped(x, i + 1)
    return s


def reads_by_calls_adjoint(x, t, y_bar):
    """The adjoint of `reads_by_calls`."""
    n = len(x)
    s_tape = []
    s = 0.0
    for i in range(n):
        s_tape.append(s)
        j = i + 1
        if j >= n:
            j = j - n
        s = s * t + x[j]

    x_bar = np.zeros(n)
    t_bar = 0.0
    s_bar = y_bar
    for i in range(n - 1, -1, -1):
        j = i + 1
        if j >= n:
            j = j - n
        x_bar[j] += s_bar
        t_bar += s_tape.pop() * s_bar
        s_bar = s_bar * t
    return x_bar, t_bar


def leak(y, i, value):
    """Store `value` at `y[i]`, a negative one damped."""
    if value > 0.0:
        y[i] = value
    else:
        y[i] = 0.2 * value


def stores_by_calls(x):
    """`stores` through a leaky rectifier: n calls that write one element."""
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        leak(y, i, 0.9 * y[i - 1] + 0.1 * x[i])
    return y


def stores_by_calls_adjoint(x, y_bar):
    """The adjoint of `stores_by_calls`: the sign of what was stored tells the branch."""
    n = len(x)
    y = np.zeros(n)
    y[0] = x[0]
    for i in range(1, n):
        value = 0.9 * y[i - 1] + 0.1 * x[i]
        y[i] = value if value > 0.0 else 0.2 * value

    y_bar = y_bar.copy()
    x_bar = np.zeros(n)
    for i in range(n - 1, 0, -1):
        v_bar = y_bar[i] if y[i] > 0.0 else 0.2 * y_bar[i]
        y_bar[i - 1] += 0.9 * v_bar
        x_bar[i] += 0.1 * v_bar
    x_bar[0] += y_bar[0]
    return (x_bar,)


def _reads_in(offset):
    def variant(_xp):
        def program(x, t):
            s = 0.0
            for i in range(len(x)):
                s = s * t + x[i + offset if i + offset < len(x) else i + offset - len(x)]
            return s

        return program

    return variant


def _reads_in_jax(offset):
    def variant(xp):
        from jax import lax

        def program(x, t):
            def step(s, x_i):
                return s * t + x_i, None

            return lax.scan(step, xp.zeros(()), xp.roll(x, -offset))[0]

        return program

    return variant


def _stores_in(leaky, collect):
    """Stores into a tensor (torch), or a list that `collect` makes an array (autograd)."""

    def variant(xp):
        def program(x):
            y = [None] * len(x) if collect else xp.zeros(len(x), dtype=x.dtype)
            y[0] = x[0]
            for i in range(1, len(x)):
                value = 0.9 * y[i - 1] + 0.1 * x[i]
                y[i] = 0.2 * value if leaky and not value > 0.0 else value
            return xp.array(y) if collect else y

        return program

    return variant


def _stores_in_jax(leaky):
    def variant(xp):
        from jax import lax

        def program(x):
            def step(y, x_i):
                value = 0.9 * y + 0.1 * x_i
                y = xp.where(value > 0.0, value, 0.2 * value) if leaky else value
                return y, y

            return xp.concatenate([x[:1], lax.scan(step, x[0], x[1:])[1]])

        return program

    return variant


def _reads_case(name, n, primal, adjoint, compiled_adjoint, offset):
    return Case(
        name=name,
        size=n,
        primal=primal,
        adjoint=adjoint,
        compiled_adjoint=compiled_adjoint,
        inputs=(np.random.default_rng(3).standard_normal(n), 0.9999),
        argnums=(0, 1),
        elsewhere={
            "torch": _reads_in(offset),
            "autograd": _reads_in(offset),
            "jax": _reads_in_jax(offset),
        },
    )


def _stores_case(name, n, primal, adjoint, leaky):
    random = np.random.default_rng(4)
    return Case(
        name=name,
        size=n,
        primal=primal,
        adjoint=adjoint,
        inputs=(random.standard_normal(n),),
        argnums=(0,),
        cotangent=random.standard_normal(n),
        elsewhere={
            "torch": _stores_in(leaky, collect=False),
            "autograd": _stores_in(leaky, collect=True),
            "jax": _stores_in_jax(leaky),
        },
    )


LINEAR: dict[str, Callable[[int], Case]] = {
    "n reads": lambda n: _reads_case("n reads", n, reads, reads_adjoint, reads_compiled_adjoint, 0),
    "n stores": lambda n: _stores_case("n stores", n, stores, stores_adjoint, False),
    "n calls that read": lambda n: _reads_case(
        "n calls that read", n, reads_by_calls, reads_by_calls_adjoint, None, 1
    ),
    "n calls that write": lambda n: _stores_case(
        "n calls that write", n, stores_by_calls, stores_by_calls_adjoint, True
    ),
}
