"""Formulas on arrays of one shape: arithmetic and elementwise functions."""

import numpy as np

from .registry import SAME, program, torch

rng = np.random.default_rng(1)
normal, uniform = rng.normal, rng.uniform


@program(
    np.array([1.0, 2.0, 3.0]),
    np.array([3.0, 4.0, 5.0]),
    np.array([6.0, 7.0, 8.0]),
    torch=lambda a, b, c: 3 * a + 2 * b * b + torch.log(c),
    compiles=True,
)
def backward_gradient(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return y


@program(normal(size=4), torch=lambda x: torch.sin(x), compiles=True)
def sine(x):
    return np.sin(x)


@program(normal(size=3), torch=SAME, compiles=True)
def identity(x):
    return x


@program(normal(size=4), normal(size=4), torch=SAME, compiles=True)
def weighted_difference(a, b):
    return 2.0 * a - b / 3.0


@program(normal(size=3), uniform(1, 2, size=3), torch=SAME, compiles=True)
def quotient(a, b):
    return a / b


@program(normal(size=5), torch=SAME, compiles=True)
def cubic_polynomial(x):
    return 2.0 * x**3 - 3.0 * x**2 + 0.5 * x - 1.0


@program(normal(size=5), torch=SAME, compiles=True)
def horner(x):
    y = 0.25
    y = y * x - 1.5
    y = y * x + 0.75
    y = y * x - 0.1
    return y


@program(uniform(0.5, 2, size=4), normal(size=4), torch=SAME, compiles=True)
def power_of_arrays(base, exponent):
    return base**exponent


@program(uniform(0.5, 2, size=4), torch=SAME, compiles=True)
def exponential_of_base_two(x):
    return 2.0**x


@program(normal(size=4), torch=lambda x: 1.0 / (1.0 + torch.exp(-x)), compiles=True)
def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


@program(
    normal(size=4),
    torch=lambda x: torch.log1p(torch.exp(-torch.abs(x))) + torch.relu(x),
    compiles=True,
)
def softplus(x):
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0.0)


@program(
    normal(size=6),
    torch=lambda x: 0.5 * x * (1.0 + torch.tanh(0.7978845608028654 * (x + 0.044715 * x**3))),
    compiles=True,
)
def gelu(x):
    return 0.5 * x * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3)))


@program(
    normal(size=5),
    0.3,
    1.7,
    torch=lambda x, mu, s: torch.exp(-0.5 * ((x - mu) / s) ** 2) / (s * (2.0 * torch.pi) ** 0.5),
    compiles=True,
)
def gaussian_density(x, mean, deviation):
    z = (x - mean) / deviation
    return np.exp(-0.5 * z**2) / (deviation * np.sqrt(2.0 * np.pi))


@program(
    uniform(-0.9, 0.9, size=4),
    torch=lambda x: torch.arcsin(x) + torch.arccos(x * x) * torch.arctan(x),
    compiles=True,
)
def inverse_trigonometry(x):
    return np.arcsin(x) + np.arccos(x * x) * np.arctan(x)


@program(normal(size=4), torch=lambda x: torch.tan(x / 4) + torch.cos(3 * x) ** 2, compiles=True)
def trigonometry(x):
    return np.tan(x / 4) + np.cos(3 * x) ** 2


@program(
    normal(size=4), torch=lambda x: torch.sinh(x) / torch.cosh(x) - torch.tanh(2 * x), compiles=True
)
def hyperbolic(x):
    return np.sinh(x) / np.cosh(x) - np.tanh(2 * x)


@program(
    uniform(0.1, 0.8, size=3),
    torch=lambda x: torch.arcsinh(x) * torch.arctanh(x) + torch.arccosh(1.5 + x),
    compiles=True,
)
def inverse_hyperbolic(x):
    return np.arcsinh(x) * np.arctanh(x) + np.arccosh(1.5 + x)


@program(
    uniform(0.5, 3, size=4),
    torch=lambda x: torch.log2(x) + torch.log10(x) * torch.log1p(x) + torch.expm1(x),
    compiles=True,
)
def logarithms(x):
    return np.log2(x) + np.log10(x) * np.log1p(x) + np.expm1(x)


@program(
    uniform(0.5, 3, size=4),
    torch=lambda x: torch.sqrt(x) + torch.square(x) + torch.reciprocal(x),
    compiles=True,
)
def roots_and_squares(x):
    return np.sqrt(x) + np.square(x) + np.reciprocal(x)


@program(
    uniform(0.5, 2, size=3), torch=lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), compiles=True
)
def signed_cube_root(x):
    return np.cbrt(x)


@program(
    np.array([-2.0, -0.5, 0.5, 2.0]),
    torch=lambda x: torch.abs(x) + torch.sign(x) * x + abs(x),
)
def absolute_values(x):
    return np.abs(x) + np.sign(x) * x + abs(x)


@program(
    np.array([-2.0, 0.0, 0.5]),
    smooth=False,
    twice=False,
    torch=lambda x: torch.abs(x) + torch.sign(x) * 3.0,
    compiles=True,
)
def absolute_value_at_zero(x):
    return np.abs(x) + np.sign(x) * 3.0


@program(
    normal(size=4),
    normal(size=4),
    torch=lambda y, x: torch.arctan2(y, x) + torch.hypot(x, y),
    compiles=True,
)
def polar_coordinates(y, x):
    return np.arctan2(y, x) + np.hypot(x, y)


@program(
    normal(size=4), normal(size=4), torch=lambda a, b: torch.logaddexp(a, 2 * b), compiles=True
)
def log_of_a_sum(a, b):
    return np.logaddexp(a, 2 * b)


@program(
    np.array([1.0, 2.0, 2.0, -1.0]),
    np.array([2.0, 1.0, 2.0, -1.0]),
    smooth=False,
    twice=False,
    torch=lambda a, b: torch.maximum(a, b) * 3.0 + torch.minimum(a, 2.0 * b),
    compiles=True,
)
def maximum_with_ties(a, b):
    return np.maximum(a, b) * 3.0 + np.minimum(a, 2.0 * b)


@program(
    np.array([-3.0, -1.0, 0.2, 1.0, 4.0]),
    smooth=False,
    twice=False,
    torch=lambda x: torch.clamp(x, -1.0, 1.0) * x,
    compiles=True,
)
def clip_at_its_bounds(x):
    return np.clip(x, -1.0, 1.0) * x


@program(
    np.array([-3.0, -1.5, 0.2, 4.0]),
    -1.0,
    np.array([1.0, 2.0, 3.0, 3.5]),
    torch=lambda x, low, high: torch.clamp(x, low, high) ** 2,
    compiles=True,
)
def clip_between_inputs(x, low, high):
    return np.clip(x, low, high) ** 2


@program(
    normal(size=5),
    torch=lambda x: torch.where(x > 0, x**2, torch.exp(x) - 1.0),
    compiles=True,
)
def where_of_two_formulas(x):
    return np.where(x > 0, x**2, np.exp(x) - 1.0)


@program(
    np.array([0.0, 1.0, 4.0]),
    smooth=False,
    twice=False,
    torch=lambda x: torch.sqrt(x) + x,
    compiles=True,
)
def square_root_at_zero(x):
    return np.sqrt(x) + x


@program(
    np.array([0.0, -1.5, 2.0]),
    smooth=False,
    twice=False,
    torch=SAME,
    compiles=True,
)
def powers_at_zero(x):
    return x**0 + x**1 + x**2 + 3.0 * x**3


@program(
    uniform(1, 5, size=4) + 0.05,
    uniform(1, 2, size=4),
    torch=lambda a, b: torch.remainder(a, b) * b + torch.floor(a),
    compiles=True,
)
def remainders(a, b):
    return a % b * b + np.floor(a)


@program(
    normal(size=4),
    torch=lambda x: torch.deg2rad(x) * torch.exp2(x) + torch.rad2deg(x),
    compiles=True,
)
def degrees_and_powers_of_two(x):
    return np.deg2rad(x) * np.exp2(x) + np.rad2deg(x)


@program(
    uniform(0.5, 1.5, size=4).astype(np.float32),
    torch=lambda x: torch.log(x) * 2.0 + x / 3,
    compiles=True,
)
def single_precision(x):
    return np.log(x) * 2.0 + x / 3


@program(np.array(0.7), torch=lambda x: torch.exp(x) * x, compiles=True)
def array_without_dimensions(x):
    return np.exp(x) * x


@program(np.zeros((0, 3)), torch=lambda x: torch.exp(x) + 1.0, compiles=True)
def array_without_elements(x):
    return np.exp(x) + 1.0


@program(
    uniform(250, 400, size=4),
    1e13,
    7.0e4,
    torch=lambda t, a, e: a * torch.exp(-e / (8.314 * t)) / 1e3,
    compiles=True,
)
def arrhenius_rate(temperature, factor, energy):
    gas_constant = 8.314
    return factor * np.exp(-energy / (gas_constant * temperature)) / 1e3


@program(
    uniform(1, 3, size=5),
    1.2,
    0.9,
    torch=lambda r, eps, sigma: 4.0 * eps * ((sigma / r) ** 12 - (sigma / r) ** 6),
    compiles=True,
)
def lennard_jones(r, epsilon, sigma):
    s6 = (sigma / r) ** 6
    return 4.0 * epsilon * (s6 * s6 - s6)
