# ruff: noqa: F401
"""The few helpers that generated code may call. Imports NumPy only.

Each is an operation of the IR with a rule of its own, so generated code can be differentiated.
"""

from srcgrad.runtime import linalg, sparse
from srcgrad.runtime.adjoint_blocks import adjoint_of
from srcgrad.runtime.basics import (
    array_of,
    astype,
    check_cotangent,
    copied,
    dtype_of,
    exp,
    flat_of,
    grown,
    half_power,
    larger,
    log,
    mT,
    of_ordinal,
    ordinal,
    owned,
    plus,
    prange,
    shaped_like,
    smaller,
    spread,
    start_of,
    stop_gradient,
    tanh,
    unbroadcast,
    unreduce,
)
from srcgrad.runtime.constraints import active_set, check_active, multipliers
from srcgrad.runtime.differences import difference, with_place
from srcgrad.runtime.distributions import (
    dist_above,
    dist_below,
    dist_density,
    dist_log_above,
    dist_log_below,
    dist_mass,
    dist_moment,
    dist_quantile,
    dist_upper_quantile,
    slope_at,
    slope_by,
)
from srcgrad.runtime.draws import (
    beta_drawn,
    beta_slope,
    between,
    dirichlet_drawn,
    gamma_drawn,
    gamma_slope,
    location_scale,
    log_normal,
    lomax,
    rooted,
    student_drawn,
    student_slope,
    triangle,
)
from srcgrad.runtime.elementwise import (
    dpower,
    log_where,
    logistic,
    masked,
    modulus,
    nonzero_or_one,
    picked,
    regular,
    share,
    sinc_derivative,
    which_max,
    which_min,
    with_imag,
    with_real,
)
from srcgrad.runtime.filters import filtered, lags
from srcgrad.runtime.fitting import (
    check_broadcast,
    check_count,
    check_dot,
    check_matmul,
    check_pop,
    check_store,
    check_update,
)
from srcgrad.runtime.flows import costates, few_columns, flowed, interpolated, trajectory
from srcgrad.runtime.fourier import cut_or_padded, fft_size, irfft_adjoint
from srcgrad.runtime.gamma import exponent_of, polygamma
from srcgrad.runtime.given import called, gradients, tangents
from srcgrad.runtime.images import (
    correlated,
    correlation_taps,
    inner_axes,
    sampled,
    scattered,
    spline_adjoint,
    spline_coefficients,
    uncorrelated,
)
from srcgrad.runtime.integrals import integrated
from srcgrad.runtime.interpolation import (
    curved_slopes,
    nearest_point,
    patch_vertices,
    simplex_vertices,
    slopes_across,
    slopes_solved,
)
from srcgrad.runtime.labels import check_labels, group_codes, same_labels
from srcgrad.runtime.language import (
    as_cached,
    attempt,
    check_finite,
    check_gradient,
    mutated,
    text_by_percent,
    text_of,
    untouched,
)
from srcgrad.runtime.linalg import *  # noqa: F403
from srcgrad.runtime.matrices import (
    band_outer,
    band_solve,
    band_times,
    band_transposed,
    corner,
    cornered,
    discrete_riccati,
    eliminated,
    lu_solved,
    lu_solved_across,
    matrix_function,
    null_basis,
    paired,
    pencil_eig,
    polar_factor,
    real_function,
    riccati,
    twice_diagonal,
    twofold,
    unit_lower,
)
from srcgrad.runtime.reductions import (
    add_to_ties,
    count,
    exclusive_product,
    first_largest,
    first_smallest,
    freedom,
    full_lag,
    horner,
    interp_slope,
    lag_part,
    median_weights,
    others,
    ties,
    to_ties,
    undiff,
    uninterp,
    unslope,
)
from srcgrad.runtime.roots import exponents, roots_of
from srcgrad.runtime.schur import below_solved, below_solved_across, schur_form, schur_triangle
from srcgrad.runtime.segments import cut, enough, fewer
from srcgrad.runtime.shaping import (
    embedded,
    gathered,
    inverse,
    linspace_bar,
    moved_by_start,
    negated,
    piece,
    rolled_to,
    undelete,
    undiag,
    undiagonal,
    unpad,
    unrepeat,
    untake,
    untake_along,
    untile,
)
from srcgrad.runtime.solving import check_solution, solution
from srcgrad.runtime.sparse import *  # noqa: F403
from srcgrad.runtime.subscripts import (
    add_at,
    add_items,
    add_parts,
    add_pieces,
    check_axes,
    check_axis,
    check_exponent,
    check_index,
    check_items,
    check_mask,
    check_place,
    check_places,
    check_size,
    check_some,
    joined,
    range_length,
    stacked,
    stored,
    stored_adjoint,
    zeros_of,
)
from srcgrad.runtime.tables import (
    common,
    in_one,
    is_within,
    places_in,
    taken_place,
    united,
    without,
)
from srcgrad.runtime.windows import strides_of, unslide, unstrided
