"""What exists twice, in NumPy or `runtime` and as an overload for Numba, gives the same.

By default with a fifth of the inputs of each; `SRCGRAD_INPUTS=all` takes all.
"""

import os
import warnings

import numpy as np
import pytest

numba = pytest.importorskip("numba")

from numba.np import numpy_support  # noqa: E402

import srcgrad.backend.numba_overloads  # noqa: E402, F401
from srcgrad.backend.numba_overloads.common import OVERLOADED  # noqa: E402
from tests.drawn import PARTS  # noqa: E402
from tests.overloads import (  # noqa: E402, F401
    CASES,
    elementwise,
    filters,
    fitting,
    indexing,
    lists,
    norms,
    products,
    reductions,
    shapes,
)

# Each case compiles anew for each of its inputs: in one mode it takes the first, else a fifth, or all.
STEP = {"all": 1, "first": 100}.get(
    "first" if "SRCGRAD_MODES" in os.environ else os.environ.get("SRCGRAD_INPUTS", ""), PARTS
)
OWN = "srcgrad.backend.numba_overloads"  # where functions stand that exist for Numba alone
OTHERWISE = ("text_of", "text_by_percent")  # give parts in compiled code: ``test_error_texts``


def test_each_overload_has_cases():
    covered = {id(function) for case in CASES for function in case.functions}
    missing = {
        function.__name__
        for function in OVERLOADED
        if not getattr(function, "__module__", "").startswith(OWN)  # a ufunc may have none
        and id(function) not in covered
        if not function.__name__.startswith(("_", *OTHERWISE))  # called by those that have cases
    }
    assert not missing


def parts(value, kind):
    """The numbers and arrays of a result, each with the dtype that Numba gave it."""
    if isinstance(kind, numba.types.BaseTuple):
        return [p for v, k in zip(value, kind.types, strict=True) for p in parts(v, k)]
    if isinstance(kind, numba.types.List):
        return [p for v in value for p in parts(v, kind.dtype)]
    if isinstance(kind, numba.types.NoneType):
        return [(value, None)]
    kind = numba.types.unliteral(kind)
    dtype = kind.dtype if isinstance(kind, numba.types.Array) else kind
    return [(value, numpy_support.as_dtype(dtype))]


def flat(value):
    """The numbers and arrays of a plain result."""
    if isinstance(value, (tuple, list)):
        return [part for item in value for part in flat(item)]
    return [value]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_overload(case):
    compiled = numba.njit(error_model="numpy", boundscheck=True)(case.call)
    wrong = []
    for inputs in case.inputs[::STEP]:
        where = ", ".join(map(described, inputs))
        before = [np.array(x) if isinstance(x, np.ndarray) else x for x in inputs]
        try:
            expected = flat(case.call(*inputs))
        except Exception as error:
            with pytest.raises(type(error)):
                compiled(*inputs)
            continue
        try:
            result = run(compiled, inputs)
        except Exception as error:
            wrong.append(f"({where}) raises {type(error).__name__}: {str(error)[:2000]}")
            continue
        found = parts(result, kind_of_result(compiled, inputs))
        assert len(found) == len(expected)
        wrong += [
            f"({where}) result {number}: {different}"
            for number, (have, want) in enumerate(zip(found, expected, strict=True))
            if (different := difference(*have, want))
        ]
        assert all(map(np.array_equal, inputs, before, [True] * len(inputs)))
    assert not wrong, "\n".join(wrong)


def run(compiled, inputs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", numba.core.errors.NumbaWarning)
        return compiled(*inputs)


def kind_of_result(compiled, inputs):
    signature = tuple(numba.typeof(x) for x in inputs)
    return compiled.overloads[signature].signature.return_type


def described(x):
    return f"{x.dtype}{list(x.shape)}" if isinstance(x, np.ndarray) else repr(x)


def difference(have, dtype, want):
    """What is wrong with a compiled result; empty if nothing is."""
    if want is None or dtype is None:
        return "" if have is want else f"{have!r}, not {want!r}"
    want = np.asarray(want)
    if (np.shape(have), dtype) != (want.shape, want.dtype):
        return f"{dtype}{np.shape(have)}, not {want.dtype}{want.shape}"
    tolerance = 1e-5 if want.dtype in (np.float32, np.complex64) else 1e-12
    if not np.allclose(have, want, rtol=tolerance, atol=tolerance, equal_nan=True):
        return f"{have!r}, not {want!r}"
    return ""
