"""Cases of the checks of shapes and lengths: what fits passes, and what does not raises."""

import numpy as np

from srcgrad import runtime
from tests.overloads import case, ramp


@case(
    (runtime.check_broadcast, runtime.check_dot, runtime.check_matmul),
    (ramp(2, 3), ramp(3)),
    (ramp(2, 3), ramp(2)),
    (ramp(3), ramp(3, 2)),
    (ramp(3), ramp(3, 3)),
    (ramp(1, 3), ramp(3, 1)),
    (ramp(2, 3), ramp(2, 3)),
)
def fitted(a, b):
    runtime.check_broadcast(a.shape, b.shape)
    runtime.check_matmul(a.shape, b.shape)
    runtime.check_dot(a.shape, b.shape)
    return 0


@case((runtime.check_store, runtime.check_update), (3, 1), (1, 1), (2, 1), (3, 2))
def stored(n, m):
    x = np.zeros(3)
    runtime.check_store(x, slice(0, 3), np.ones((m, n)).shape)
    runtime.check_update(x, slice(0, 3), np.ones(n).shape)
    return 0


@case(runtime.check_store, (3,), (1,), (2,))
def stored_whole(n):
    runtime.check_store(np.zeros((2, 3)), ..., np.ones(n).shape)
    return 0


@case(runtime.check_count, (2, 2, False), (2, 3, False), (3, 2, False), (3, 2, True))
def counted(length, count, more):
    runtime.check_count(length, count, more)
    return 0


@case(runtime.check_pop, (0,), (1,))
def popped(n):
    xs = [1.0, 2.0]
    for _ in range(2 - n):
        xs.pop()
    runtime.check_pop(xs)
    return 0
