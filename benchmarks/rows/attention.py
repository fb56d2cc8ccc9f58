"""Softmax of rows, and attention."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case, in_all


def softmax(s):
    """The softmax of the last axis."""
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_adjoint(s, y_bar):
    """The adjoint of `softmax`."""
    p = np.exp(s - np.max(s, axis=-1, keepdims=True))
    p /= np.sum(p, axis=-1, keepdims=True)
    t = y_bar - np.sum(p * y_bar, axis=-1, keepdims=True)
    t *= p
    return (t,)


def softmax_loops(s, y_bar):
    """`softmax_adjoint` as loops, of a matrix."""
    n, m = s.shape
    s_bar = np.empty((n, m))
    for i in range(n):
        softmax_row(s[i], y_bar[i], s_bar[i])
    return (s_bar,)


def softmax_row(s, y_bar, s_bar):
    """Write the gradient of one row."""
    m = len(s)
    top = s[0]
    for j in range(1, m):
        top = max(top, s[j])
    total = 0.0
    for j in range(m):
        s_bar[j] = np.exp(s[j] - top)
        total += s_bar[j]
    dot = 0.0
    for j in range(m):
        s_bar[j] /= total
        dot += s_bar[j] * y_bar[j]
    for j in range(m):
        s_bar[j] *= y_bar[j] - dot


SOFTMAX_CPP = """
void adjoint(const double* s, long n, long m, const double* y_bar, long, long, double* s_bar) {
    FOR(i, n) {
        const double *r = s + i * m, *g = y_bar + i * m;
        double *o = s_bar + i * m, top = *std::max_element(r, r + m), total = 0.0, dot = 0.0;
        FOR(j, m) { o[j] = std::exp(r[j] - top); total += o[j]; }
        FOR(j, m) { o[j] /= total; dot += o[j] * g[j]; }
        FOR(j, m) o[j] *= g[j] - dot;
    }
}
"""


def attention(q, k, v):
    """Scaled dot products, in several heads."""
    s = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    return softmax(s) @ v


def attention_adjoint(q, k, v, y_bar):
    """The adjoint of `attention`."""
    scale = 1 / np.sqrt(q.shape[-1])
    p = q @ np.swapaxes(k, -1, -2)
    p *= scale
    p -= np.max(p, axis=-1, keepdims=True)
    np.exp(p, out=p)
    p /= np.sum(p, axis=-1, keepdims=True)
    v_bar = np.swapaxes(p, -1, -2) @ y_bar
    t = y_bar @ np.swapaxes(v, -1, -2)
    t -= np.sum(p * t, axis=-1, keepdims=True)
    t *= p
    t *= scale
    return t @ k, np.swapaxes(t, -1, -2) @ q, v_bar


def attention_loops(q, k, v, y_bar):
    """`attention_adjoint`, head by head, with the softmax as loops."""
    heads, n, d = q.shape
    scale = 1 / np.sqrt(d)
    q_bar, k_bar, v_bar = np.empty(q.shape), np.empty(k.shape), np.empty(v.shape)
    for h in range(heads):
        p = q[h] @ k[h].T
        t = y_bar[h] @ v[h].T
        for i in range(n):
            top = p[i, 0]
            for j in range(1, n):
                top = max(top, p[i, j])
            total = 0.0
            for j in range(n):
                p[i, j] = np.exp(scale * (p[i, j] - top))
                total += p[i, j]
            dot = 0.0
            for j in range(n):
                p[i, j] /= total
                dot += p[i, j] * t[i, j]
            for j in range(n):
                t[i, j] = p[i, j] * (t[i, j] - dot) * scale
        q_bar[h] = t @ k[h]
        k_bar[h] = t.T @ q[h]
        v_bar[h] = p.T @ y_bar[h]
    return q_bar, k_bar, v_bar


def _softmax_in(xp):
    most = getattr(xp, "amax", None) or xp.max

    def program(s):
        e = xp.exp(s - most(s, -1, keepdims=True))
        return e / xp.sum(e, -1, keepdims=True)

    return program


def _attention_in(xp):
    rows = _softmax_in(xp)

    def program(q, k, v):
        return rows(q @ xp.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])) @ v

    return program


def _softmax_case(n, m):
    random = np.random.default_rng(23)
    return Case(
        name=f"softmax of {m} columns",
        size=n,
        primal=softmax,
        adjoint=softmax_adjoint,
        compiled_adjoint=softmax_loops,
        compiled_primal=primals.softmax,
        cpp=SOFTMAX_CPP,
        inputs=(random.normal(size=(n, m)),),
        argnums=(0,),
        cotangent=random.normal(size=(n, m)),
        elsewhere=in_all(_softmax_in),
    )


def _attention_case(heads, n, d):
    random = np.random.default_rng(24)
    return Case(
        name=f"attention, {heads} heads of {d}",
        size=n,
        primal=attention,
        adjoint=attention_adjoint,
        compiled_adjoint=attention_loops,
        compiled_primal=primals.attention,
        inputs=tuple(random.normal(size=(heads, n, d)) for _ in range(3)),
        argnums=(0, 1, 2),
        cotangent=random.normal(size=(heads, n, d)),
        elsewhere=in_all(_attention_in),
    )


ROWS = {
    "softmax-100": lambda: _softmax_case(100, 50),
    "softmax-2000": lambda: _softmax_case(2_000, 1_000),
    "attention": lambda: _attention_case(4, 128, 32),
}
