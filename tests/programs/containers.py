"""Tuples, lists and dicts: as outputs, as inputs, on the way."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(11)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=3), 2.0, torch=lambda x, k: (k * x, torch.sum(x)), compiles=True)
def tuple_of_two(x, k):
    return k * x, np.sum(x)


@program(normal(size=3), torch=SAME)
def list_of_three(x):
    return [x, x * x, x[0]]


@program(normal(size=3), torch=lambda x: {"mean": x.mean(), "centred": x - x.mean()})
def dict_of_results(x):
    mean = x.mean()
    return {"mean": mean, "centred": x - mean}


@program(normal(size=2), 1.5, torch=SAME)
def nested_outputs(x, k):
    return {"pair": (x * k, [k * k]), "sum": x[0] + x[1]}


@program((normal(size=3), 2.0), torch=SAME, compiles=True)
def tuple_input(pair):
    x, k = pair
    return x * k


@program([normal(size=2), normal(size=2), normal(size=2)], torch=SAME, compiles=True)
def list_input(xs):
    total = xs[0] * 0.0
    for x in xs:
        total = total + x * x
    return total


@program(
    {"w": normal(size=(2, 3)), "b": normal(size=2)},
    normal(size=3),
    torch=lambda p, x: torch.tanh(p["w"] @ x + p["b"]),
)
def dict_input(parameters, x):
    return np.tanh(parameters["w"] @ x + parameters["b"])


@program(
    [
        {"w": normal(size=(3, 3)), "b": normal(size=3)},
        {"w": normal(size=(2, 3)), "b": normal(size=2)},
    ],
    normal(size=3),
    torch=lambda layers, x: _layers(layers, x),
)
def list_of_dicts(layers, x):
    for layer in layers:
        x = np.tanh(layer["w"] @ x + layer["b"])
    return x


def _layers(layers, x):
    for layer in layers:
        x = torch.tanh(layer["w"] @ x + layer["b"])
    return x


@program(normal(size=3), 3, torch=lambda x, n: torch.stack([x**k for k in range(1, n + 1)]))
def append_in_a_loop(x, n):
    powers = []
    p = x
    for _ in range(n):
        powers.append(p)
        p = p * x
    return np.stack(powers)


@program(normal(size=4), torch=lambda x: (x + 1, 3), compiles=True)
def integer_among_outputs(x):
    return x + 1, len(x) - 1


@program(normal(size=3), torch=SAME, compiles=True)
def the_same_output_twice(x):
    y = 2.0 * x
    return y, y


@program(normal(size=3), normal(size=2), torch=SAME, compiles=True)
def inputs_returned(a, b):
    return b, a


@program(normal(size=3), normal(size=3), torch=SAME, compiles=True)
def unused_input(a, b):
    return a * 2.0


@program(1.0, 2.0, torch=SAME, compiles=True)
def dict_on_the_way(a, b):
    state = {"x": a, "v": b}
    state["x"] = state["x"] + 0.1 * state["v"]
    state["v"] = state["v"] - 0.1 * state["x"]
    return state["x"] * state["v"]


@program(1.0, 2.0, torch=SAME, compiles=True)
def tuple_on_the_way(a, b):
    pair = (a * b, a + b)
    product, total = pair
    return product / total + pair[0]


@program(1.0, 2.0, 3.0, torch=SAME)
def starred_unpacking(a, b, c):
    first, *rest = (a, b, c)
    return first * rest[0] + rest[1] ** 2


@program((1.0, (2.0, np.array([1.0, 2.0]))), torch=SAME, compiles=True)
def nested_tuple_input(nested):
    a, (b, x) = nested
    return a * b * x


@program({"a": 1.5, "n": 2, "x": np.array([1.0, 2.0])}, torch=SAME)
def dict_input_with_an_integer(d):
    return d["a"] * d["x"] ** d["n"]


@program(np.array([1.0, 2.0, 0.5]))
def tuples_in_order(x):
    """Tuples are compared by the first items that differ."""
    total = x[0] * x[1]
    if (1, x[0]) < (1, x[1]):
        total = total * 2.0
    if (x[0], x[1]) >= (x[0], x[2]) and not (x[2],) > (x[2], x[0]):
        total = total + x[2] ** 2
    return total
