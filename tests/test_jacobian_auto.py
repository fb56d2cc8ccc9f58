"""How `jacobian(mode="auto")` chooses where shapes are not known, or directions are not taken at once."""

import numpy as np
import pytest

import srcgrad
from tests.test_jacobians import X, same

scipy = pytest.importorskip("scipy")
pytest.importorskip("scipy.integrate")


def unknown_size(x):
    return np.concatenate([x[x > 0.0], x[x > 0.0] ** 2])


def flow(p):
    times = np.linspace(0.0, 1.0, 9)
    solution = scipy.integrate.solve_ivp(
        lambda t, y: -p * y, (0.0, 1.0), p, t_eval=times, rtol=1e-9, atol=1e-9
    )
    return solution.y


def flow_end(p):
    return flow(p)[:, -1]


@pytest.mark.parametrize("f, forward", [(unknown_size, True), (flow, True), (flow_end, False)])
def test_auto_where_shapes_or_joint_forms_are_missing(f, forward):
    jacobian = srcgrad.jacobian(f)
    assert ("_jvp" in jacobian.source(X[2:])) is forward
    same(jacobian(X[2:]), srcgrad.jacobian(f, mode="reverse")(X[2:]), 1e-6, 1e-8)
