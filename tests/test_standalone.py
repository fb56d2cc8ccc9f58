"""Generated code as a file that needs NumPy alone."""

import subprocess
import sys

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import InputError
from tests.oracle import assert_same_gradients, leaves, map_structure, random_cotangent
from tests.programs import PROGRAMS


def plain(program):
    """Whether a program runs on arrays and floats that can be handed to another module as they are."""
    return all(isinstance(value, np.ndarray | float | int) for value in program.fresh())


CHOSEN = [program for program in PROGRAMS[::6] if plain(program)]


@pytest.mark.parametrize("program", CHOSEN, ids=lambda program: program.name)
def test_it_computes_the_same(program):
    inputs = program.fresh()
    try:
        text = srcgrad.source(program.f, *inputs, standalone=True)
    except InputError as refused:
        assert "no other file can import" in str(refused)
        pytest.skip("it calls what lives in this process alone")
    assert "srcgrad." not in text.replace(f"by srcgrad {srcgrad.__version__}", "")
    namespace = {"__name__": "alone"}
    exec(compile(text, "alone.py", "exec"), namespace)
    adjoint = next(value for name, value in namespace.items() if name.endswith("_vjp"))
    cotangent = random_cotangent(program.f(*program.fresh()))
    seeds = [
        leaf for _, leaf in leaves(map_structure(lambda leaf: leaf, cotangent)) if leaf is not None
    ]
    if adjoint.__code__.co_argcount != len(inputs) + len(seeds):
        pytest.skip("it takes captured data, or fewer cotangents")
    expected = srcgrad.vjp(program.f, program.fresh(), cotangent)
    given = [np.float64(s) if isinstance(s, float) else s for s in seeds]
    found = adjoint(*program.fresh(), *given)
    for (_, a), (_, b) in zip(leaves(found), leaves(expected), strict=True):
        if b is not None:
            np.testing.assert_allclose(a, b, rtol=1e-5)


def clipped(x):
    return np.max(x) * np.prod(x, axis=0)


def test_it_runs_where_srcgrad_is_not_installed(tmp_path):
    x = np.array([[1.0, 2.0], [3.0, 0.0]])
    (tmp_path / "adjoint.py").write_text(srcgrad.source(clipped, x, standalone=True))
    (tmp_path / "use.py").write_text(
        "import sys\n"
        "sys.modules['srcgrad'] = None\n"
        "import numpy as np\n"
        "from adjoint import clipped_vjp\n"
        "print(clipped_vjp(np.array([[1.0, 2.0], [3.0, 0.0]]), np.ones(2))[0].tolist())\n"
    )
    done = subprocess.run([sys.executable, "use.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = srcgrad.vjp(clipped, (x,), np.ones(2))
    assert_same_gradients((np.array(eval(done.stdout)),), expected)


def test_what_cannot_be_imported_is_refused():
    unknown = {}
    exec("def opaque(n):\n    return n + 1", unknown)
    opaque = unknown["opaque"]

    def f(x, n):
        return x * float(opaque(n))

    with pytest.raises(InputError, match="`opaque`, which no other file can import"):
        srcgrad.source(f, 1.0, 2, standalone=True)
