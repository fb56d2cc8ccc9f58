"""Eight processes that share a cache and are killed while they write: ``python -m tests.killing``.

Run with the folder of a module ``model.py``, the number of kills, and ``plain`` or ``jit``. Prints how
many were killed half way through a file: of plain code, at least that number, since what a process that
lives is writing, one file of each, is not counted.
"""

import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np

import srcgrad
from srcgrad.backend import cache
from tests.cached import imported

MODEL = """
import numpy as np


def cube(x):
    return np.sum(x * x * x)


def wave(x, k):
    for _ in range(k):
        x = np.sin(x)
    return np.sum(x)


def half(x):
    return 0.5 * np.sum(x)
"""
PROCESSES = 8
X = np.array([0.5, 1.0, 2.0])
CASES = [
    ("cube", (X,), 3.0 * X * X),
    ("wave", (X, 1), np.cos(X)),
    ("wave", (X, 2), np.cos(np.sin(X)) * np.cos(X)),
    ("half", (X,), np.full(3, 0.5)),
]
ONE = ("cube", (2.0,), 12.0)


def check(path, case, jit):
    """Raise ``AssertionError`` if a gradient is wrong; the module is new, so the cache is asked."""
    name, inputs, expected = case
    found = srcgrad.vjp(getattr(imported(path), name), inputs, argnums=(0,), jit=jit)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert np.asarray(found).dtype == np.float64


def slow(write):
    """A disk on which files are half written for most of the time."""

    def pieces(handle, data):
        time.sleep(0.002)
        return write(handle, data[:200])

    return pieces


def work(path, folder, seed, jit):
    """Generate, write and read without end."""
    chance = random.Random(seed)
    cache.os.write = slow(os.write)
    while True:
        for entry in sorted(folder.rglob("*-*.*")):
            if not cache.is_temporary(entry.name) and chance.random() < 0.3:
                entry.unlink(missing_ok=True)
        check(path, ONE if jit else chance.choice(CASES), jit)


def start(path, folder, seed, jit):
    """A worker as a process of its own."""
    number = os.fork()
    if number == 0:
        try:
            work(path, folder, seed, jit)
        except BaseException:
            with open(path.parent / "wrong", "a") as file:
                file.write(traceback.format_exc())
        finally:
            os._exit(1)
    return number


def half_written(folder):
    return {item.name for item in folder.rglob("*") if cache.is_temporary(item.name)}


def wait_for_a_writer(folder):
    """Until somebody has just begun to write a file."""
    before, start = half_written(folder), time.time()
    while not half_written(folder) - before and time.time() < start + 10.0:
        time.sleep(0.001)


def main(place, kills, jit):
    path, folder = Path(place) / "model.py", Path(cache.folder() or "")
    chance = random.Random(kills)
    seeds = iter(range(10**6))
    for case in [ONE] if jit else CASES:  # what is imported for it is there before the copies
        check(path, case, jit)
    workers = [start(path, folder, next(seeds), jit) for _ in range(PROCESSES)]
    killed = 0
    while (killed if jit else len(half_written(folder)) - PROCESSES) < kills:  # while they wrote
        killed += 1
        time.sleep(chance.uniform(0.0, 0.1))
        wait_for_a_writer(folder)
        victim = workers.pop(chance.randrange(PROCESSES))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        workers.append(start(path, folder, next(seeds), jit))
    wait_for_a_writer(folder)
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    for worker in workers:
        os.waitpid(worker, 0)
    print(len(half_written(folder)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "jit")
