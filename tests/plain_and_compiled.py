"""What is compiled is compared with what is not."""

import numpy as np

import srcgrad


def check_compiled(f, inputs, rtol=1e-12):
    """Value and first gradient of compiled code have the numbers, shape and dtype of plain code."""
    value, gradients = srcgrad.value_and_vjp(f, inputs, np.ones(np.shape(f(*inputs))))
    got, found = srcgrad.value_and_vjp(f, inputs, np.ones(np.shape(value)), jit=True)
    assert np.shape(got) == np.shape(value)
    np.testing.assert_allclose(got, value, rtol)
    assert found[0].shape == gradients[0].shape and found[0].dtype == gradients[0].dtype
    np.testing.assert_allclose(found[0], gradients[0], rtol, 1e-14)
