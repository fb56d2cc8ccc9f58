"""Dataclasses and classes: made, changed, replaced, captured."""

from dataclasses import dataclass, field, replace

import numpy as np

from .registry import program

X = np.array([1.1, 0.9, 1.3, 0.7])


@dataclass
class D:
    a: float
    b: np.ndarray
    n: int = 3
    name: str = "d"

    def loss(self, x):
        return self.a * np.sum(self.b * x)

    @property
    def tot(self):
        return self.a + self.b.sum()


@dataclass
class G:
    a: float
    b: float = field(init=False)

    def __post_init__(self):
        self.b = self.a * 2


class L:
    scale = 2.0

    def __init__(self, w, b):
        self.w = w
        self.b = b
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return np.tanh(self.w * x + self.b) * self.scale

    def loss(self, x):
        return np.sum(self(x) ** 2)

    def __getitem__(self, i):
        return self.w[i]

    def __len__(self):
        return len(self.w)

    def __iter__(self):
        return iter(self.w)

    def __add__(self, o):
        return L(self.w + o.w, self.b + o.b)

    @staticmethod
    def sm(a):
        return a * 2

    @classmethod
    def make(cls, w):
        return cls(w, w * 0.5)


class M(L):
    def __init__(self, w, b, k):
        super().__init__(w, b)
        self.k = k

    def loss(self, x):
        return super().loss(x) * self.k


@program(X)
def field_set_after_init(x):
    g = G(x[0])
    return g.a * g.b


@program(X)
def class_with_special_methods(x):
    items = L(x, x * 0.5)
    m = M.make(x) if False else L.make(x)
    y = items(x) + m(x)
    z = (items + m).loss(x)
    return (
        y.sum() * z + items[0] * len(items) + sum(v for v in items) + L.sm(items.w[1]) * items.calls
    )


@program(X)
def class_that_inherits(x):
    m = M(x, x * 2, x[0])
    return m.loss(x)


@program(X, 4)
def attributes_changed_in_a_loop(x, n):
    p = L(x[0], x[1])
    for _i in range(n):
        p.w = p.w + 0.1 * p.b
        p.b = p.b - 0.1 * p.w * p.w
    return p.w * p.b


@program(X, 3)
def dataclass_replaced_in_a_loop(x, n):
    p = D(x[0], x)
    for _i in range(n):
        p = replace(p, a=p.a * 1.1, b=p.b * p.a)
    return p.a * p.b


@program(X, 4)
def object_made_anew_on_two_paths(x, n):
    p = L(x[0], x[1])
    for _i in range(n):
        if p.w > 1:
            p = L(p.w * 0.5, p.b)
        else:
            p = L(p.w + p.b * 0.3, p.b * 1.1)
    return p.w * p.b


@program(X)
def list_of_objects(x):
    ps = [L(v, v * v) for v in (x[0], x[1], x[2])]
    for p in ps:
        p.w = p.w * p.b
    ps[0].w = ps[1].w * 2
    return sum(p.w * p.b for p in ps)


@program(X)
def list_of_objects_for_an_array(x):
    ps = [L(v, v * v) for v in x]
    t = 0.0
    for p in ps:
        t = t + p.w * p.b
    return t


@program(X)
def attributes_changed_on_two_paths(x):
    p = L(x[0], x[1])
    if x[0] > 1:
        p.w = p.w * x[2]
    else:
        p.b = x[3]
    return p.w * p.b


class Tank:
    """Names with two underscores are changed to those of the class."""

    def __init__(self, level, rate):
        self.__level = level
        self.__rate = rate

    def __flow(self):
        return self.__rate * np.sqrt(self.__level)

    def drain(self, dt):
        self.__level = self.__level - dt * self.__flow()
        return self.__level


@program(2.0, 0.3)
def private_attributes(level, rate):
    tank = Tank(level, rate)
    return sum([tank.drain(0.1) for _ in range(3)])


class Plain:
    def __init__(self):
        self.w = 1.0


@program(X, 1.5)
def attributes_by_name(x, c):
    made = Plain()
    for name, value in (("a", x), ("b", c)):
        setattr(made, name, value)
    made.__dict__.update(w=c * made.w, v=x)
    vars(made)["u"] = x * c
    copied = dict(vars(made))
    copied["w"] = 0.0
    total = made.a * made.b * made.w
    for value in vars(made).values():
        total = total + value * made.__dict__["u"]
    return total + copied["w"]


@program(np.array([1.2, -0.7, 0.4]), 1.5)
def class_that_reads_locals(x, k):
    """Methods of a class inside the function read its variables, as they are when called."""
    w = x * k

    def helper(v):
        return v * w

    class Base:
        def __init__(self, a):
            self.a = a

        def value(self):
            return helper(self.a) + np.sum(self.a * k)

        @property
        def twice(self):
            return self.a * 2.0 * k

        @staticmethod
        def scaled(v):
            return v * k

    class Derived(Base):
        def value(self):
            return super().value() * k

        def __matmul__(self, other):
            return np.sum(self.a * other.a) * Derived(w).twice

    first, second = Derived(x), Base(w)
    y = first.value() + second.value() * first.twice
    w = w * 2.0
    return y + (first @ second) * Base.scaled(first.value())
