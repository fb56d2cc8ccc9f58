"""A likelihood that is written with NumPy, for PyTensor and PyMC.

The likelihood of an infection that spreads is a simulation: loops, branches, stores. PyTensor gets its
gradient and, where PyMC is installed, NUTS samples from the posterior; without it, the most likely rates
are found by Newton's method with PyTensor's Hessian.

    python examples/joining/pytensor_likelihood.py
"""

import numpy as np
import pytensor
import pytensor.tensor as pt

import srcgrad.pytensor

DAYS, PEOPLE = 30, 10_000.0


def new_cases(log_rates):
    """How many fall ill each day."""
    infection, recovery = np.exp(log_rates)
    ill, healthy = 20.0, PEOPLE - 20.0
    cases = np.zeros(DAYS)
    for day in range(DAYS):
        caught = infection * ill * healthy / PEOPLE
        if caught > healthy:
            caught = healthy
        ill += caught - recovery * ill
        healthy -= caught
        cases[day] = caught
    return cases


@srcgrad.pytensor.op
def log_likelihood(log_rates, seen):
    expected = new_cases(log_rates)
    return np.sum(seen * np.log(expected) - expected)  # Poisson's, but for a constant


def main():
    true = np.log([0.7, 0.2])
    seen = np.random.default_rng(4).poisson(new_cases(true)).astype(float)
    try:
        import pymc
    except ImportError:
        print("PyMC is not installed; the most likely rates:", most_likely(seen))
        return
    with pymc.Model():
        log_rates = pymc.Normal("log_rates", mu=np.log([0.5, 0.3]), sigma=1.0, shape=2)
        pymc.Potential("seen", log_likelihood(log_rates, seen))
        trace = pymc.sample(300, tune=300, chains=1, cores=1, random_seed=2, progressbar=False)
    rates = np.exp(trace.posterior["log_rates"].values[0])
    print("rates by NUTS:", rates.mean(axis=0).round(2), "+-", rates.std(axis=0).round(3))


def most_likely(seen):
    x = pt.dvector("log_rates")
    value = log_likelihood(x, seen)
    slope, curvature = pytensor.grad(value, x), pytensor.gradient.hessian(value, x)
    both = pytensor.function([x], [slope, curvature], mode="FAST_COMPILE")
    at = np.log([0.65, 0.25])
    for _ in range(10):
        first, second = both(at)
        at = at - np.linalg.solve(second, first)
    return np.exp(at).round(2)


if __name__ == "__main__":
    main()
