"""The helpers of ``runtime`` that Numba compiles as they stand."""

from __future__ import annotations

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import as_it_stands, register_jitable
from srcgrad.runtime.reductions import _kept_lags

register_jitable(_kept_lags)
as_it_stands(
    runtime.check_axes,
    runtime.check_axis,
    runtime.check_exponent,
    runtime.check_index,
    runtime.check_pop,
    runtime.check_size,
    runtime.check_some,
    runtime.complex_qr,
    runtime.complex_svd,
    runtime.copied,
    runtime.cut,
    runtime.enough,
    runtime.fewer,
    runtime.freedom,
    runtime.full_lag,
    runtime.lag_part,
    runtime.larger,
    runtime.moved_by_start,
    runtime.others,
    runtime.polygamma,
    runtime.range_length,
    runtime.rolled_to,
    runtime.smaller,
    runtime.start_of,
    runtime.stop_gradient,
    runtime.stored,
    runtime.strides_of,
    runtime.undiag,
)
