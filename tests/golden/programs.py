"""The primals of the golden files, each with the inputs that its source is generated for."""

import numpy as np

GOLDEN = {}


def golden(*inputs):
    """Register a program; no inputs: source for arrays of unknown rank."""

    def register(f):
        GOLDEN[f.__name__] = (f, inputs)
        return f

    return register


def line(n, start=0.5):
    return np.linspace(start, 2.0, n)


@golden(line(3), line(3), line(3))
def elementwise(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return y


@golden()
def shapes_unknown(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return y


@golden(0.5, 1.2, 4)
def loop_with_branch(x, w, n):
    for _ in range(n):
        if x > 1.0:
            x = w * np.sqrt(x)
        else:
            x = x * x + w
    return x


@golden(line(4), 0.3)
def store_in_place(x, k):
    for i in range(1, len(x)):
        x[i] += k * x[i - 1] * x[i]
    return x


@golden(np.outer(line(4), line(3)), np.outer(line(3), line(2)), line(2), line(8).reshape(4, 2))
def perceptron(x, w, b, target):
    p = np.tanh(x @ w + b)
    return np.mean((p - target) ** 2)


@golden(line(5))
def logsumexp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


@golden(np.outer(line(3), line(4)), np.array([0, 2, 1]))
def cross_entropy(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(labels)), labels].mean()


@golden(np.outer(line(4), line(4)), 0.1, 2)
def heat(u, k, steps):
    for _ in range(steps):
        new = u.copy()
        new[1:-1, 1:-1] += k * (u[2:, 1:-1] + u[:-2, 1:-1] - 2 * u[1:-1, 1:-1])
        u = new
    return u


@golden(1.5)
def early_return(x):
    if x < 0:
        return 0.0
    y = x * x
    if y > 4:
        return np.sqrt(y)
    return y * np.exp(-x)


@golden(2.0)
def newton(a):
    x = a
    while abs(x * x - a) > 1e-9:
        x = 0.5 * (x + a / x)
    return x


def damped(x, rate=0.5):
    return x * np.exp(-rate * x)


@golden(line(3), 0.2)
def helper_calls(x, k):
    return damped(x, k) + damped(x * x)


@golden({"w": np.outer(line(2), line(3)), "b": line(2)}, line(3))
def dict_of_parameters(p, x):
    return np.tanh(p["w"] @ x + p["b"])


@golden(line(3), 3)
def list_of_states(x, n):
    states = []
    for _ in range(n):
        x = np.tanh(1.1 * x)
        states.append(x)
    return np.stack(states)


@golden(np.outer(line(3), line(3)) + 3 * np.eye(3), line(3))
def linear_solve(a, b):
    x = np.linalg.solve(a, b)
    return x @ x


@golden(np.outer(line(3), line(4)))
def rows_as_views(a):
    total = 0.0
    for i in range(a.shape[0]):
        row = a[i]
        row *= 2.0
        total += row[0] * row[-1]
    return total


@golden(line(6), 0.7)
def first_above(x, limit):
    found = 0.0
    for v in x:
        if v > limit:
            found = v * v
            break
    return found


@golden(np.outer(line(4), line(5)), 0.2)
def smoothed_in_place(u, weight):
    """A Gauss-Seidel sweep: each point sees neighbours that are new, and others that are not."""
    for i in range(1, u.shape[0] - 1):
        for j in range(1, u.shape[1] - 1):
            mean = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
            u[i, j] += weight * (mean - u[i, j])
    return u


@golden(line(6), 0.3, 3)
def ping_pong(u, r, steps):
    """Two buffers that change places after each step."""
    new = np.zeros_like(u)
    for _ in range(steps):
        new[1:-1] = u[1:-1] + r * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u, new = new, u
    return u


@golden(np.outer(line(4), line(4)))
def corner_through_views(a):
    """A view of a view, written through."""
    block = a[1:]
    corner = block[:, :2]
    corner *= a[0, 0]
    return a


class Spring:
    def __init__(self, stiffness, x):
        self.stiffness = stiffness
        self.x = x
        self.v = 0.0

    def force(self):
        return -self.stiffness * self.x

    def step(self, dt):
        self.v += dt * self.force()
        self.x += dt * self.v

    @property
    def energy(self):
        return 0.5 * self.v**2 + 0.5 * self.stiffness * self.x**2


@golden(2.0, 1.0, 3)
def class_methods(stiffness, x, steps):
    spring = Spring(stiffness, x)
    for _ in range(steps):
        spring.step(0.1)
    return spring.energy


@golden({"w": [np.outer(line(3), line(3)), np.outer(line(3), line(3))], "scale": 0.5}, line(3))
def layers_of_parameters(params, x):
    for w in params["w"]:
        x = np.tanh(w @ x) * params["scale"]
    return x
