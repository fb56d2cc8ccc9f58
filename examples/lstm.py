"""
An LSTM that continues chaos
============================

The Mackey–Glass equation, a model of the number of blood cells, is chaotic for long delays. A
recurrent network of a few lines of NumPy reads the series value by value and learns to say what
comes next. Its gradient runs backwards through all 60 time steps, and has the form of the
parameters: a dict.
"""

import matplotlib.pyplot as plt
import numpy as np

import srcgrad
from srcgrad.testing import check_grads

# %%
# The program
# -----------
# The gates are computed by one product, for a batch of series at once.


def sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def step(p, h, c, x):
    """One time step: the new hidden state, and the new cell."""
    z = np.outer(x, p["in"]) + h @ p["back"] + p["bias"]
    i, f, o, g = np.split(z, 4, axis=1)
    c = sigmoid(f + 1.0) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def loss(p, series):
    """The mean squared error of each next value, and the predictions."""
    batch, length = series.shape
    h = c = np.zeros((batch, len(p["back"])))
    total, said = 0.0, np.zeros((batch, length - 1))
    for t in range(length - 1):
        h, c = step(p, h, c, series[:, t])
        said[:, t] = series[:, t] + h @ p["out"]
        if t >= 10:  # the first few values are for getting to know the series
            total += np.mean((said[:, t] - series[:, t + 1]) ** 2)
    return total / (length - 11), said


# %%
# The series
# ----------


def mackey_glass(length, delay=17, seed=0):
    """Values at distance 2, from steps of 0.1."""
    x = np.full(10 * delay + 20 * length, 1.2)
    x[: 10 * delay] += 0.1 * np.random.default_rng(seed).normal()
    for k in range(10 * delay, len(x)):
        late = x[k - 10 * delay]
        x[k] = x[k - 1] + 0.1 * (0.2 * late / (1.0 + late**10) - 0.1 * x[k - 1])
    return x[10 * delay :: 20] - 0.9


series = mackey_glass(1000)
rng = np.random.default_rng(1)
units = 16
p = {
    "in": 0.5 * rng.normal(size=4 * units),
    "back": rng.normal(size=(units, 4 * units)) / np.sqrt(units),
    "bias": np.zeros(4 * units),
    "out": 0.1 * rng.normal(size=units),
}
check_grads(lambda p: loss(p, series[None, :15])[0], (p,), order=1)

# %%
# Training
# --------
# Adam, written out. ``has_aux=True`` lets the loss return its predictions beside the number that is
# differentiated.

slope = srcgrad.value_and_grad(loss, has_aux=True)
mean = {name: np.zeros_like(w) for name, w in p.items()}
square = {name: np.zeros_like(w) for name, w in p.items()}
losses = []
for k in range(400):
    begins = rng.integers(0, 700 - 60, size=32)
    (value, _), p_bar = slope(p, np.array([series[b : b + 60] for b in begins]))
    losses.append(value)
    for name in p:
        mean[name] += 0.1 * (p_bar[name] - mean[name])
        square[name] += 0.01 * (p_bar[name] ** 2 - square[name])
        steady = mean[name] / (1.0 - 0.9 ** (k + 1))
        scale = np.sqrt(square[name] / (1.0 - 0.99 ** (k + 1))) + 1e-8
        p[name] -= 0.01 * (1.0 - k / 400) * steady / scale

# %%
# After the 700 values of training, the network runs free: it reads what it said itself.


def continued(p, known, count):
    h = c = np.zeros((1, units))
    said = []
    for t in range(len(known) + count - 1):
        x = known[t] if t < len(known) else said[-1]
        h, c = step(p, h, c, np.array([x]))
        said.append(x + float((h @ p["out"])[0]))
    return np.array(said[len(known) - 1 :])


free = continued(p, series[700:800], 100)
simple = np.mean((series[1:] - series[:-1]) ** 2)  # the error of saying the same again
print(
    f"error {losses[0]:.1e} at first, {np.mean(losses[-20:]):.1e} after training; {simple:.1e} of no change"
)
assert np.mean(losses[-20:]) < 0.02 * simple
horizon = np.argmax(np.abs(free - series[800:900]) > 0.15) or 100
print(f"running free, it is right for {2 * horizon} time units")
assert horizon > 15

# %%
# The picture
# -----------

figure, (top, bottom) = plt.subplots(
    2, 1, figsize=(9, 5.4), height_ratios=(2, 1), layout="constrained"
)
t = 2.0 * np.arange(700, 900)
top.plot(t, 0.9 + series[700:900], color="0.55", linewidth=3, label="Mackey–Glass")
top.plot(2.0 * np.arange(800, 900), 0.9 + free, color="tab:red", label="the network, running free")
top.axvline(1600, color="k", linewidth=0.8, linestyle=":")
top.annotate("from here on alone", (1600, 0.42), (1606, 0.42), fontsize=9)
top.set(
    xlabel="time", ylabel="cells (relative)", title="An LSTM of 16 units continues a chaotic series"
)
top.legend(frameon=False, loc="upper left", ncols=2)
top.set_ylim(0.35, 1.6)
bottom.semilogy(losses, color="tab:blue", linewidth=0.8)
bottom.axhline(simple, color="0.5", linestyle="--", linewidth=0.8)
bottom.set(xlabel="batches", ylabel="mean squared error")
plt.show()
