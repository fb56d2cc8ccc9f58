"""Inputs that are lists: written, grown and indexed where integers decide. Gradients are lists."""

import numpy as np

from .registry import program

rng = np.random.default_rng(53)
normal = rng.normal
uniform = rng.uniform


@program([1.2, 0.7, -0.4], 3)
def numbers_scaled_in_a_list(y, n):
    for i in range(n):
        y[i] = y[i] * (i + 2.0)
    return y[0] + y[1] * y[2]


@program(1.5, [normal(size=2), normal(size=2)], 2)
def buffers_scaled_in_a_list(x, bufs, n):
    for i in range(n):
        bufs[i] *= x
    return np.sum(bufs[n - 1]) * bufs[0]


@program([1.2, 0.7, -0.4], 2)
def popped_list_input(y, n):
    s = 0.0
    for _ in range(n):
        s += y.pop() ** 2
    return s * y[0]


@program([1.2, 0.7, -0.4], [], 3)
def grown_list_inputs(y, z, n):
    for i in range(n):
        z.append(y[i] * y[-1])
        y.append(z[-1])
    return sum(z) * y[-2]


@program([normal(size=3), normal(size=3)], 1)
def list_input_by_integer(y, i):
    y[i] = y[i] * y[0]
    y[0][i] = 2.0 * y[1][0]
    return y[0] + y[1]


@program([[1.0, 2.0], [3.0, 0.5]], 2)
def lists_in_a_list_input(rows, n):
    for i in range(n):
        rows[i].append(rows[i][0] * rows[i][1])
    rows.append([rows[0][2], rows[1][2]])
    for i in range(n):
        rows[2][i] *= rows[i][2]
    return rows[0][2] * rows[2][0] + rows[2][1]


@program({"a": [1.0, 2.0], "b": [normal(size=2), normal(size=2)]}, 2)
def lists_in_a_dict_input(d, n):
    for i in range(n):
        d["a"][i] = d["a"][i] ** 2
        d["b"][i] *= d["a"][i]
    return d["b"][0] * d["b"][1]


@program(([1.0, 2.0], [3.0, 4.0]), 2)
def lists_in_a_tuple_input(pair, n):
    a, b = pair
    for i in range(n):
        a[i], b[i] = b[i] * a[i], a[i]
    return a[0] * b[1] + a[1]


@program([(normal(size=(2, 2)), normal(size=2)), (normal(size=(2, 2)), normal(size=2))], 2)
def list_input_of_layers(layers, n):
    x = np.ones(2)
    for k in range(n):
        w, b = layers[k]
        x = np.tanh(w @ x + b)
        layers[k] = (w * 0.5, b - x)
    return np.sum(x * x) + np.sum(layers[0][1] * layers[1][1])


@program([{"w": 1.0, "b": 2.0}, {"w": 3.0, "b": 0.5}], 2)
def list_input_of_dicts(layers, n):
    x = 1.0
    for i in range(n):
        x = x * layers[i]["w"] + layers[i]["b"]
        layers[i]["w"] = x
    return x * layers[0]["w"]


@program([normal(size=(2, 2)), normal(size=2)], 2)
def list_input_of_ranks(ws, n):
    """The items differ in their numbers of dimensions."""
    s = 0.0
    for i in range(n):
        ws[i] *= 2.0
        s += np.sum(ws[i] ** 2)
    return s


@program([normal(size=2).astype(np.float32), normal(size=2).astype(np.float32)], 2)
def single_list_input(y, n):
    s = 0.0
    for k in range(n):
        y[k] *= y[0]
        s += np.sum(y[k] ** 2)
    return s


@program([1.0, 2.0, 5.0], 1.2)
def list_input_shortened_while(y, t):
    s = 0.0
    while len(y) > 1 and s < t:
        s += y.pop() * y[0]
    return s * y[-1]


@program([1.0, 2.0, 5.0], 1.0)
def list_input_in_a_branch(y, c):
    if c > 0.5:
        y.append(y[0] * c)
    return y[-1] * y[2]
