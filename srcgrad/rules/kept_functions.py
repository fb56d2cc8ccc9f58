"""The functions of libraries that are known to write into nothing that they are passed.

A function belongs here if a row of ``tests/calls/kept.txt`` calls it.
"""

from __future__ import annotations


def _names(**modules: str) -> dict[str, tuple[str, ...]]:
    return {module.replace("__", "."): tuple(names.split()) for module, names in modules.items()}


# What they return shares memory with nothing.
LOOKING = _names(
    builtins="""
        len range pow repr ascii format bytes bytearray isinstance issubclass id hash sum
        type callable str""",
    _operator="mod contains eq ne lt le gt ge truth index",
    _bisect="bisect bisect_left bisect_right",
    statistics="""
        mean fmean harmonic_mean geometric_mean median median_high median_low mode multimode
        pstdev pvariance quantiles stdev variance""",
    copy="deepcopy",
    math="fsum prod gcd lcm comb perm factorial isqrt dist hypot",
    numpy="""
        argpartition array2string array_equiv array_repr array_str bartlett base_repr
        binary_repr bincount blackman can_cast common_type digitize einsum_path errstate
        fftfreq hamming hanning histogram2d intersect1d iscomplex iscomplexobj
        isfortran isin isreal isrealobj isscalar issubdtype iterable kaiser lexsort mask_indices
        may_share_memory min_scalar_type packbits polydiv printoptions promote_types
        ravel_multi_index roots setdiff1d setxor1d shares_memory sort_complex tril_indices
        tril_indices_from triu_indices triu_indices_from typename unique unpackbits
        unravel_index""",
    numpy__linalg="matrix_rank eig eigvals svd",
    numpy__fft="fftfreq rfftfreq",
    scipy__fft="fftfreq rfftfreq next_fast_len prev_fast_len",
    scipy__ndimage="""
        affine_transform binary_closing binary_dilation binary_erosion binary_fill_holes
        binary_hit_or_miss binary_opening binary_propagation black_tophat center_of_mass convolve
        convolve1d correlate correlate1d distance_transform_cdt distance_transform_edt extrema
        find_objects gaussian_filter gaussian_filter1d gaussian_gradient_magnitude
        gaussian_laplace generate_binary_structure grey_closing grey_dilation grey_erosion
        grey_opening histogram label laplace map_coordinates maximum maximum_filter
        maximum_filter1d maximum_position mean median median_filter minimum minimum_filter
        minimum_filter1d minimum_position morphological_gradient morphological_laplace
        percentile_filter prewitt rank_filter rotate shift sobel standard_deviation sum sum_labels
        uniform_filter uniform_filter1d variance white_tophat zoom""",
    scipy__signal="""
        argrelmax argrelmin bessel butter cheby1 cheby2 chirp coherence correlate2d
        correlation_lags csd ellip filtfilt find_peaks firls firwin firwin2 freqs freqz get_window
        group_delay hilbert iirfilter istft lfilter lfilter_zi medfilt medfilt2d oaconvolve
        peak_prominences peak_widths periodogram savgol_coeffs savgol_filter sawtooth sosfilt
        sosfiltfilt spectrogram square stft unit_impulse upfirdn welch wiener""",
    scipy__special="""
        bernoulli comb diric erf_zeros euler factorial factorial2 h1vp h2vp ivp jn_zeros jnp_zeros
        jvp kvp perm roots_chebyt roots_chebyu roots_hermite roots_hermitenorm roots_jacobi
        roots_laguerre roots_legendre spherical_in spherical_jn spherical_kn spherical_yn yn_zeros
        yvp zeta""",
    scipy__spatial="distance_matrix minkowski_distance",
    scipy__spatial__distance="""
        braycurtis canberra chebyshev cityblock correlation cosine dice directed_hausdorff
        euclidean hamming jaccard jensenshannon mahalanobis minkowski seuclidean sqeuclidean""",
    scipy__optimize="isotonic_regression linear_sum_assignment linprog lsq_linear nnls",
    scipy__stats="""
        describe iqr kendalltau ks_2samp linregress mode normaltest pearsonr percentileofscore
        rankdata sem shapiro spearmanr trim_mean ttest_1samp ttest_ind ttest_rel""",
    methods="scipy.entropy scipy.interval scipy.mean scipy.median scipy.moment scipy.std scipy.var",
)

# The same; but it matters how often they run.
SEEN = _names(builtins="print", numpy__random="seed")

# What they return may share memory with what they are passed, or hold it.
HOLDING = _names(
    builtins="list tuple dict set iter next reversed enumerate zip",
    copy="copy",
    numpy="""
        asarray_chkfinite frombuffer histogram histogramdd ix_ poly1d require trim_zeros
        unique_all unique_counts unique_inverse unique_values""",
    numpy__lib__stride_tricks="as_strided sliding_window_view",
    numpy__random="default_rng Generator RandomState",
    scipy__fft="dstn fht hfft2 hfftn idstn ifht ihfft2 ihfftn",
    scipy__interpolate="""
        Akima1DInterpolator BSpline BarycentricInterpolator CubicHermiteSpline CubicSpline
        InterpolatedUnivariateSpline KroghInterpolator LinearNDInterpolator NearestNDInterpolator
        PPoly PchipInterpolator RBFInterpolator RectBivariateSpline RegularGridInterpolator
        UnivariateSpline interp1d lagrange make_interp_spline make_lsq_spline
        make_smoothing_spline splder splev splint splrep""",
    scipy__linalg="""
        bandwidth cho_solve_banded cholesky_banded companion convolution_matrix coshm cosm dft
        eig eig_banded eigh_tridiagonal eigvals eigvals_banded expm_cond fiedler
        fractional_matrix_power hadamard hankel helmert hessenberg hilbert invhilbert ishermitian
        issymmetric ldl leslie logm lstsq lu lu_factor lu_solve matmul_toeplitz matrix_balance
        null_space orth orthogonal_procrustes pascal pinvh polar qr qz rq schur signm sinhm sinm
        solve_banded solve_circulant solve_toeplitz solveh_banded sqrtm subspace_angles tanhm
        tanm""",
    scipy__signal="""
        decimate deconvolve detrend normalize remez resample resample_poly residue tf2sos tf2zpk
        zpk2tf""",
    scipy__spatial="ConvexHull Delaunay KDTree Voronoi cKDTree",
    scipy__stats="gaussian_kde",
)

# Packages that draw and report, which need not be installed.
REPORTING = (
    "IPython", "alive_progress", "click", "loguru", "matplotlib", "mpl_toolkits", "plotly",
    "progressbar", "rich", "seaborn", "tensorboard", "tqdm", "wandb",
)  # fmt: skip

# Packages: calls of their functions and of methods of their objects only look, or hold.
OBJECTS = {
    "looks": (
        "_io", "_warnings", "datetime", "io", "json", "logging", "pprint", "re", "string", "sys",
        "textwrap", "time", "warnings", *REPORTING,
    ),
    "holds": ("_collections", "_queue", "_thread", "collections", "pandas", "queue", "threading"),
}  # fmt: skip
