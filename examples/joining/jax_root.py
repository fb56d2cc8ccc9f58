"""A `while` loop that JAX cannot differentiate in reverse, inside of a program that JAX compiles.

Kepler's equation gives the place of a planet on its orbit; Newton's method solves it, with as many steps
as it needs. JAX has no reverse mode of such a loop. srcgrad has, and here JAX compiles, batches and
differentiates what is around it, and fits an orbit.

    python examples/joining/jax_root.py
"""

import jax
import jax.numpy as jnp
import numpy as np

import srcgrad.jax

jax.config.update("jax_enable_x64", True)


@srcgrad.jax.function
def anomaly(mean, eccentricity):
    """The angle `e` for which ``e - eccentricity * sin(e) == mean``."""
    e = mean
    while True:
        step = (e - eccentricity * np.sin(e) - mean) / (1.0 - eccentricity * np.cos(e))
        e = e - step
        if abs(step) < 1e-13:
            return e


def place(time, orbit):
    """Where the planet is at a time, on an orbit of size, eccentricity and period."""
    size, eccentricity, period = orbit
    e = anomaly(2.0 * jnp.pi * time / period, eccentricity)
    return size * jnp.stack([jnp.cos(e) - eccentricity, jnp.sqrt(1 - eccentricity**2) * jnp.sin(e)])


def main():
    times = jnp.linspace(0.1, 1.9, 20)
    true = jnp.array([1.5, 0.3, 2.2])
    places = jax.vmap(place, in_axes=(0, None))
    seen = places(times, true)

    def residuals(orbit):
        return (places(times, orbit) - seen).ravel()

    @jax.jit
    def newton(orbit):
        slopes = jax.jacrev(residuals)(orbit)
        return orbit - jnp.linalg.lstsq(slopes, residuals(orbit))[0]

    orbit = jnp.array([1.2, 0.2, 2.0])
    for step in range(7):
        error = float(jnp.sum(residuals(orbit) ** 2))
        print(f"step {step}: sum of squares {error:.3e}")
        orbit = newton(orbit)
    print("found:", np.round(np.asarray(orbit), 6))
    forward, reverse = jax.jacfwd(residuals)(true), jax.jacrev(residuals)(true)
    print("forward and reverse mode agree:", bool(jnp.allclose(forward, reverse, atol=1e-12)))


if __name__ == "__main__":
    main()
