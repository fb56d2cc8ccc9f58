"""The log-likelihood of a mixture of normal distributions, as arrays and by scalar loops.

A component has a factor of its precision: the exponential of `logs` on the diagonal, `lower`
below it (Bishop, Pattern Recognition and Machine Learning, sections 2.3.6 and 9.2).
"""

from __future__ import annotations

import numpy as np

from benchmarks.rows.case import Case, in_all


def mixture(alphas, means, logs, lower, x):
    """As arrays: components first, then points, then coordinates."""
    difference = x - means[:, np.newaxis, :]
    below = difference @ np.transpose(np.tril(lower, -1), (0, 2, 1))
    z = np.exp(logs)[:, np.newaxis, :] * difference + below
    terms = (alphas + np.sum(logs, axis=1))[:, np.newaxis] - 0.5 * np.sum(z**2, axis=2)
    m = np.max(terms, axis=0)
    a = np.max(alphas)
    normaliser = a + np.log(np.sum(np.exp(alphas - a)))
    return np.sum(m + np.log(np.sum(np.exp(terms - m), axis=0))) - len(x) * normaliser


def mixture_adjoint(alphas, means, logs, lower, x, y_bar):
    """The adjoint of `mixture` in its first four inputs."""
    difference = x - means[:, np.newaxis, :]
    scales = np.exp(logs)
    factors = np.tril(lower, -1)
    z = scales[:, np.newaxis, :] * difference + difference @ np.transpose(factors, (0, 2, 1))
    terms = (alphas + np.sum(logs, axis=1))[:, np.newaxis] - 0.5 * np.sum(z**2, axis=2)

    w = np.exp(terms - np.max(terms, axis=0))
    w *= y_bar / np.sum(w, axis=0)
    each = np.sum(w, axis=1)
    prior = np.exp(alphas - np.max(alphas))
    alphas_bar = each - prior * (len(x) * y_bar / np.sum(prior))
    z *= -w[:, :, np.newaxis]
    transposed = np.transpose(z, (0, 2, 1))
    logs_bar = each[:, np.newaxis] + scales * np.sum(z * difference, axis=1)
    lower_bar = np.tril(transposed @ difference, -1)
    rows = np.sum(z, axis=1)
    means_bar = -(scales * rows + (rows[:, np.newaxis, :] @ factors)[:, 0, :])
    return alphas_bar, means_bar, logs_bar, lower_bar


def mixture_by_loops(alphas, means, logs, lower, x):
    """By scalar loops."""
    n, d = x.shape
    k = len(alphas)
    scales = np.exp(logs)
    constants = np.zeros(k)
    for c in range(k):
        constants[c] = alphas[c]
        for a in range(d):
            constants[c] += logs[c, a]
    terms = np.zeros(k)
    total = 0.0
    for i in range(n):
        for c in range(k):
            square = 0.0
            for a in range(d):
                z = scales[c, a] * (x[i, a] - means[c, a])
                for b in range(a):
                    z += lower[c, a, b] * (x[i, b] - means[c, b])
                square += z * z
            terms[c] = constants[c] - 0.5 * square
        total += log_sum(terms)
    return total - n * log_sum(alphas)


def log_sum(terms):
    """The logarithm of the sum of exponentials, by loops."""
    m = terms[0]
    for c in range(1, len(terms)):
        if terms[c] > m:
            m = terms[c]
    s = 0.0
    for c in range(len(terms)):
        s += np.exp(terms[c] - m)
    return m + np.log(s)


def mixture_loops(alphas, means, logs, lower, x, y_bar):
    """The adjoint as loops: each point forward and back before the next, so nothing is kept."""
    n, d = x.shape
    k = len(alphas)
    scales = np.exp(logs)
    constants = np.empty(k)
    for c in range(k):
        constants[c] = alphas[c]
        for a in range(d):
            constants[c] += logs[c, a]
    means_bar, logs_bar = np.zeros((k, d)), np.zeros((k, d))
    lower_bar = np.zeros((k, d, d))
    each = np.zeros(k)
    terms, z = np.empty(k), np.empty((k, d))
    for i in range(n):
        for c in range(k):
            square = 0.0
            for a in range(d):
                t = scales[c, a] * (x[i, a] - means[c, a])
                for b in range(a):
                    t += lower[c, a, b] * (x[i, b] - means[c, b])
                z[c, a] = t
                square += t * t
            terms[c] = constants[c] - 0.5 * square
        softmax(terms, y_bar)
        for c in range(k):
            w = terms[c]
            each[c] += w
            for a in range(d):
                t = -w * z[c, a]
                logs_bar[c, a] += t * (x[i, a] - means[c, a])
                means_bar[c, a] -= t * scales[c, a]
                for b in range(a):
                    lower_bar[c, a, b] += t * (x[i, b] - means[c, b])
                    means_bar[c, b] -= t * lower[c, a, b]
    prior = alphas.copy()
    softmax(prior, n * y_bar)
    for c in range(k):
        for a in range(d):
            logs_bar[c, a] = each[c] + scales[c, a] * logs_bar[c, a]
        each[c] -= prior[c]
    return each, means_bar, logs_bar, lower_bar


def softmax(terms, y_bar):
    """Replace terms by the gradients of `y_bar` times the logarithm of their sum."""
    k = len(terms)
    m = terms[0]
    for c in range(1, k):
        m = max(m, terms[c])
    s = 0.0
    for c in range(k):
        terms[c] = np.exp(terms[c] - m)
        s += terms[c]
    for c in range(k):
        terms[c] *= y_bar / s


CPP = """
static void softmax(double* t, long k, double y_bar) {
    double m = *std::max_element(t, t + k), s = 0.0;
    FOR(c, k) { t[c] = std::exp(t[c] - m); s += t[c]; }
    double r = y_bar / s;
    FOR(c, k) t[c] *= r;
}
void adjoint(const double* alphas, long k, const double* means, long, long d, const double* logs,
             long, long, const double* lower, long, long, long, const double* x, long n, long,
             double y_bar, double* each, double* means_bar, double* logs_bar, double* lower_bar) {
    vector<double> scales(k * d), constants(k), terms(k), zs(k * d), prior(alphas, alphas + k);
    FOR(i, k * d) { scales[i] = std::exp(logs[i]); means_bar[i] = logs_bar[i] = 0.0; }
    FOR(i, k * d * d) lower_bar[i] = 0.0;
    FOR(c, k) {
        constants[c] = alphas[c];
        each[c] = 0.0;
        FOR(a, d) constants[c] += logs[c * d + a];
    }
    FOR(i, n) {
        const double* xi = x + i * d;
        FOR(c, k) {
            const double *mc = means + c * d, *lc = lower + c * d * d;
            double square = 0.0;
            FOR(a, d) {
                double t = scales[c * d + a] * (xi[a] - mc[a]);
                FOR(b, a) t += lc[a * d + b] * (xi[b] - mc[b]);
                zs[c * d + a] = t;
                square += t * t;
            }
            terms[c] = constants[c] - 0.5 * square;
        }
        softmax(terms.data(), k, y_bar);
        FOR(c, k) {
            const double *mc = means + c * d, *lc = lower + c * d * d;
            double *mb = means_bar + c * d, *lb = lower_bar + c * d * d, w = terms[c];
            each[c] += w;
            FOR(a, d) {
                double t = -w * zs[c * d + a];
                logs_bar[c * d + a] += t * (xi[a] - mc[a]);
                mb[a] -= t * scales[c * d + a];
                FOR(b, a) {
                    lb[a * d + b] += t * (xi[b] - mc[b]);
                    mb[b] -= t * lc[a * d + b];
                }
            }
        }
    }
    softmax(prior.data(), k, n * y_bar);
    FOR(c, k) {
        FOR(a, d) logs_bar[c * d + a] = each[c] + scales[c * d + a] * logs_bar[c * d + a];
        each[c] -= prior[c];
    }
}
"""


def _in(xp):
    most = getattr(xp, "amax", None) or xp.max

    def program(alphas, means, logs, lower, x):
        difference = x - means[:, None, :]
        below = difference @ xp.swapaxes(xp.tril(lower, -1), 1, 2)
        z = xp.exp(logs)[:, None, :] * difference + below
        terms = (alphas + xp.sum(logs, 1))[:, None] - 0.5 * xp.sum(z**2, 2)
        m = most(terms, 0)
        a = most(alphas)
        normaliser = a + xp.log(xp.sum(xp.exp(alphas - a)))
        return xp.sum(m + xp.log(xp.sum(xp.exp(terms - m), 0))) - len(x) * normaliser

    return program


def _case(n, d, k, loops=False):
    random = np.random.default_rng(15)
    return Case(
        name=f"mixture by {'loops' if loops else 'arrays'}, d = {d}, k = {k}",
        sized="{} points",
        size=n,
        primal=mixture_by_loops if loops else mixture,
        adjoint=mixture_loops if loops else mixture_adjoint,
        compiled_adjoint=mixture_loops,
        compiled_primal=mixture_by_loops,
        cpp=CPP,
        inputs=(
            random.normal(size=k),
            random.normal(size=(k, d)),
            0.1 * random.normal(size=(k, d)),
            random.normal(size=(k, d, d)) / d,
            random.normal(size=(n, d)),
        ),
        argnums=(0, 1, 2, 3),
        parallel=True,
        tolerance=1e-8,
        elsewhere=in_all(_in),
    )


ROWS = {
    "mixture-2-5": lambda: _case(1_000, 2, 5),
    "mixture-10-25": lambda: _case(500, 10, 25),
    "mixture-64-200": lambda: _case(100, 64, 200),
    "mixture-loops-2-5": lambda: _case(200, 2, 5, loops=True),
    "mixture-loops-10-25": lambda: _case(50, 10, 25, loops=True),
}
