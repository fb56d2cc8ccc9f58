"""Python floats and `math`."""

import math
from math import exp, pi

import numpy as np

from .registry import SAME, program, torch


@program(0.1, 1.0, 0.1, torch=lambda a, b, c: 3 * a + 2 * b * b + torch.log(c), compiles=True)
def backward_of_scalars(a, b, c):
    return 3 * a + 2 * b * b + math.log(c)


@program(0.7, torch=lambda x: torch.sin(x) * torch.exp(x) + torch.sqrt(x), compiles=True)
def math_functions(x):
    return math.sin(x) * math.exp(x) + math.sqrt(x)


@program(
    0.7,
    1.3,
    torch=lambda x, y: torch.atan2(y, x) * torch.hypot(x, y) + torch.pow(x, y),
    compiles=True,
)
def math_of_two_arguments(x, y):
    return math.atan2(y, x) * math.hypot(x, y) + math.pow(x, y)


@program(
    0.3,
    torch=lambda x: torch.tan(x) + torch.asin(x) - torch.acos(x) * torch.atan(x) + torch.tanh(x),
    compiles=True,
)
def more_math(x):
    return math.tan(x) + math.asin(x) - math.acos(x) * math.atan(x) + math.tanh(x)


@program(
    1.7,
    torch=lambda x: torch.log2(x) + torch.log10(x) + torch.log1p(x) + torch.log(x),
    compiles=True,
)
def math_logarithms(x):
    return math.log2(x) + math.log10(x) + math.log1p(x) + math.log(x)


@program(
    0.6,
    torch=lambda x: torch.erf(x) * torch.cosh(x) + torch.sinh(x) * torch.expm1(x),
    compiles=True,
)
def error_function(x):
    return math.erf(x) * math.cosh(x) + math.sinh(x) * math.expm1(x)


@program(-1.7, torch=lambda x: torch.abs(x) * x + torch.floor(x), compiles=True)
def fabs_and_floor(x):
    return math.fabs(x) * x + math.floor(x)


@program(2.5, torch=lambda r: 4.0 / 3.0 * torch.pi * r**3, compiles=True)
def volume_of_a_sphere(r):
    return 4.0 / 3.0 * pi * r**3


@program(0.2, torch=lambda x: torch.exp(-x) / (1.0 + torch.exp(-x)) ** 2, compiles=True)
def imported_function(x):
    return exp(-x) / (1.0 + exp(-x)) ** 2


@program(2.0, 3, torch=SAME, compiles=True)
def float_and_integer(x, n):
    return x**n + n * x - n / x


@program(2.0, torch=lambda x: x * 3 + 4.0, compiles=True)
def conversions(x):
    return float(x) * int(3.7) + float(4) + round(0.3)


@program(5.3, 2.0, torch=lambda a, b: a % b * b + torch.floor(a / b), compiles=True)
def modulo_and_floor_division(a, b):
    return a % b * b + a // b


@program(100.0, 90.0, 0.05, 0.2, 1.5, compiles=True)
def black_scholes(spot, strike, rate, volatility, years):
    d1 = math.log(spot / strike) + (rate + 0.5 * volatility**2) * years
    d1 = d1 / (volatility * math.sqrt(years))
    d2 = d1 - volatility * math.sqrt(years)
    n1 = 0.5 * (1.0 + math.erf(d1 / math.sqrt(2.0)))
    n2 = 0.5 * (1.0 + math.erf(d2 / math.sqrt(2.0)))
    return spot * n1 - strike * math.exp(-rate * years) * n2


@program(1.2, 0.4, torch=lambda a, b: torch.sin(a) * torch.cos(b), compiles=True)
def numpy_on_floats(a, b):
    return np.sin(a) * np.cos(b)


@program(np.float32(1.5), np.float32(0.5), torch=SAME, compiles=True)
def single_precision_scalars(a, b):
    return a * b + a / b


@program(np.float64(1.5), torch=lambda x: x * torch.exp(-x * x), compiles=True)
def numpy_scalar(x):
    return x * np.exp(-x * x)


@program(48.2, 11.6, 52.5, 13.4, compiles=True)
def great_circle(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    h = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2.0 * 6371.0 * math.asin(math.sqrt(h))


@program(
    1.0,
    6.5,
    6.0,
    torch=lambda a, b, c: (-b + torch.sqrt(b * b - 4 * a * c)) / (2 * a),
    compiles=True,
)
def quadratic_root(a, b, c):
    discriminant = b * b - 4 * a * c
    if discriminant < 0.0:
        raise ValueError("no real root")
    return (-b + math.sqrt(discriminant)) / (2 * a)


@program(-0.8, torch=SAME, compiles=True)
def unary_operators(x):
    return -x + +x * -(x * x) - abs(x)
