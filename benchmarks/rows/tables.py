"""Tables filled by dynamic programming: shortest paths, and an option in a binomial tree."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import primals
from benchmarks.rows.case import Case


def shortest_paths(d):
    """All shortest paths, after Floyd and Warshall, by loops, in place."""
    n = len(d)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                t = d[i, k] + d[k, j]
                if t < d[i, j]:
                    d[i, j] = t
    return d


def shortest_paths_adjoint(d, y_bar):
    """The adjoint of `shortest_paths`: what is kept is where a path became shorter."""
    n = len(d)
    d = d.copy()
    shorter = np.empty((n, n, n), np.bool_)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                t = d[i, k] + d[k, j]
                shorter[k, i, j] = t < d[i, j]
                if shorter[k, i, j]:
                    d[i, j] = t
    g = y_bar.copy()
    for k in range(n - 1, -1, -1):
        for i in range(n - 1, -1, -1):
            for j in range(n - 1, -1, -1):
                if shorter[k, i, j]:
                    t = g[i, j]
                    g[i, j] = 0.0
                    g[i, k] += t
                    g[k, j] += t
    return (g,)


SHORTEST_PATHS_CPP = """
void adjoint(const double* d0, long n, long, const double* y_bar, long, long, double* g) {
    vector<double> d(d0, d0 + n * n);
    vector<char> shorter(n * n * n);
    FOR(k, n) FOR(i, n) FOR(j, n) {
        double t = d[i * n + k] + d[k * n + j];
        bool s = t < d[i * n + j];
        shorter[(k * n + i) * n + j] = s;
        if (s) d[i * n + j] = t;
    }
    std::copy(y_bar, y_bar + n * n, g);
    BACK(k, n) BACK(i, n) BACK(j, n) if (shorter[(k * n + i) * n + j]) {
        double t = g[i * n + j];
        g[i * n + j] = 0.0;
        g[i * n + k] += t;
        g[k * n + j] += t;
    }
}
"""


def american_put(spot, strike, rate, volatility, maturity, steps):
    """A put that may be exercised early, in a tree after Cox, Ross and Rubinstein."""
    dt = maturity / steps
    up = np.exp(volatility * np.sqrt(dt))
    p = (np.exp(rate * dt) - 1 / up) / (up - 1 / up)
    discount = np.exp(-rate * dt)
    prices = spot * up ** np.arange(-steps, steps + 1, 2)
    values = np.maximum(strike - prices, 0.0)
    for _ in range(steps):
        prices = prices[1:] / up
        held = discount * (p * values[1:] + (1 - p) * values[:-1])
        values = np.maximum(held, strike - prices)
    return values[0]


def american_put_adjoint(spot, strike, rate, volatility, maturity, steps, y_bar):
    """The adjoint of `american_put` in spot, rate and volatility."""
    dt = maturity / steps
    root = np.sqrt(dt)
    up = np.exp(volatility * root)
    growth = np.exp(rate * dt)
    p = (growth - 1 / up) / (up - 1 / up)
    discount = 1 / growth
    exponents = np.arange(-steps, steps + 1, 2)
    last = spot * up**exponents
    prices = last
    values = np.maximum(strike - prices, 0.0)
    tape = []
    for _ in range(steps):
        prices = prices[1:] / up
        mean = p * values[1:] + (1 - p) * values[:-1]
        held = discount * mean
        alive = held > strike - prices
        tape.append((values, mean, alive))
        values = np.where(alive, held, strike - prices)

    v_bar, prices_bar = np.array([y_bar]), np.zeros(1)
    p_bar, discount_bar, up_bar = 0.0, 0.0, 0.0
    while tape:
        values, mean, alive = tape.pop()
        held_bar = np.where(alive, v_bar, 0.0)
        prices_bar = prices_bar - (v_bar - held_bar)
        discount_bar += held_bar @ mean
        mean_bar = discount * held_bar
        p_bar += mean_bar @ (values[1:] - values[:-1])
        v_bar = np.zeros(len(values))
        v_bar[1:] += p * mean_bar
        v_bar[:-1] += (1 - p) * mean_bar
        up_bar -= prices_bar @ prices / up
        prices = np.append(prices[:1] / up, prices * up)
        prices_bar = np.append(0.0, prices_bar / up)
    prices_bar = prices_bar - np.where(strike - last > 0, v_bar, 0.0)
    spot_bar = prices_bar @ last / spot
    up_bar += prices_bar @ (exponents * last) / up
    up_bar, growth_bar = parameters(up, p, growth, p_bar, discount_bar, up_bar)
    return spot_bar, growth_bar * dt * growth, up_bar * up * root


def parameters(up, p, growth, p_bar, discount_bar, up_bar):
    """The adjoint of the lines that compute the probability and the discount."""
    width = up - 1 / up
    growth_bar = p_bar / width - discount_bar / growth**2
    up_bar += p_bar * (1 / up**2 - p * (1 + 1 / up**2)) / width
    return up_bar, growth_bar


def american_put_loops(spot, strike, rate, volatility, maturity, steps, y_bar):
    """`american_put_adjoint` as loops, in one array of values, with a triangle for the tape."""
    dt = maturity / steps
    root = np.sqrt(dt)
    up = np.exp(volatility * root)
    growth = np.exp(rate * dt)
    p = (growth - 1 / up) / (up - 1 / up)
    discount = 1 / growth
    n = steps + 1
    last, prices, values = np.empty(n), np.empty(n), np.empty(n)
    tape = np.empty((n, n))
    alive = np.empty((n, n), np.bool_)
    for j in range(n):
        last[j] = spot * up ** (2 * j - steps)
        prices[j] = last[j]
        values[j] = max(strike - last[j], 0.0)
    for i in range(steps - 1, -1, -1):
        tape[i + 1, 0] = values[0]
        for j in range(i + 1):
            tape[i + 1, j + 1] = values[j + 1]
            prices[j] = prices[j + 1] / up
            held = discount * (p * values[j + 1] + (1 - p) * values[j])
            alive[i, j] = held > strike - prices[j]
            values[j] = held if alive[i, j] else strike - prices[j]

    v_bar, prices_bar = np.zeros(n), np.zeros(n)
    v_bar[0] = y_bar
    p_bar, discount_bar, up_bar = 0.0, 0.0, 0.0
    for i in range(steps):
        carried = 0.0
        carried_price = 0.0
        price = spot * up**-i
        for j in range(i + 1):
            v, price_bar = v_bar[j], prices_bar[j]
            v_bar[j] = carried
            prices_bar[j] = carried_price
            carried = 0.0
            if alive[i, j]:
                low, high = tape[i + 1, j], tape[i + 1, j + 1]
                discount_bar += v * (p * high + (1 - p) * low)
                v *= discount
                p_bar += v * (high - low)
                v_bar[j] += (1 - p) * v
                carried = p * v
            else:
                price_bar -= v
            up_bar -= price_bar * price / up
            price *= up * up
            carried_price = price_bar / up
        v_bar[i + 1] = carried
        prices_bar[i + 1] = carried_price
    spot_bar = 0.0
    for j in range(n):
        t = prices_bar[j] - (v_bar[j] if strike - last[j] > 0 else 0.0)
        spot_bar += t * last[j] / spot
        up_bar += t * (2 * j - steps) * last[j] / up
    up_bar, growth_bar = parameters(up, p, growth, p_bar, discount_bar, up_bar)
    return spot_bar, growth_bar * dt * growth, up_bar * up * root


def _shortest_paths_in(xp):
    def program(d):
        for k in range(len(d)):
            d = xp.minimum(d, d[:, k : k + 1] + d[k])
        return d

    return program


def _shortest_paths_in_jax(xp):
    from jax import lax

    def program(d):
        def step(k, d):
            t = d[:, k][:, None] + d[k]
            return xp.where(t < d, t, d)

        return lax.fori_loop(0, len(d), step, d)

    return program


def _put_in(xp):
    def program(spot, strike, rate, volatility, maturity, steps):
        dt = maturity / steps
        up = xp.exp(volatility * np.sqrt(dt))
        p = (xp.exp(rate * dt) - 1 / up) / (up - 1 / up)
        discount = xp.exp(-rate * dt)
        prices = spot * up ** xp.arange(-steps, steps + 1, 2)
        values = xp.maximum(strike - prices, 0.0 * prices)
        for _ in range(steps):
            prices = prices[1:] / up
            held = discount * (p * values[1:] + (1 - p) * values[:-1])
            values = xp.maximum(held, strike - prices)
        return values[0]

    return program


def _paths_case(n):
    random = np.random.default_rng(30)
    return Case(
        name="Floyd–Warshall by loops",
        size=n,
        primal=shortest_paths,
        adjoint=shortest_paths_adjoint,
        cpp=SHORTEST_PATHS_CPP,
        inputs=(random.uniform(1.0, 9.0, (n, n)),),
        argnums=(0,),
        cotangent=random.normal(size=(n, n)),
        mutates=True,
        elsewhere={
            "torch": _shortest_paths_in,
            "autograd": _shortest_paths_in,
            "jax": _shortest_paths_in_jax,
        },
    )


def _put_case(steps):
    return Case(
        name="binomial tree",
        sized="{} steps",
        size=steps,
        primal=american_put,
        adjoint=american_put_adjoint,
        compiled_adjoint=american_put_loops,
        compiled_primal=primals.american_put,
        inputs=(100.0, 105.0, 0.05, 0.3, 1.0, steps),
        argnums=(0, 2, 3),
        elsewhere={"autograd": _put_in},
    )


ROWS = {"floyd-warshall": lambda: _paths_case(40), "binomial-tree": lambda: _put_case(100)}
