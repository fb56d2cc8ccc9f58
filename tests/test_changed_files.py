"""Files that change after they are imported: the old code runs, so the new text is not its source."""

import textwrap

import numpy as np
import pytest

import srcgrad
from tests.cached import imported

pytest_plugins = ("tests.cached",)

BEFORE = """
    import numpy as np

    def f(x):
        '''A text
        of two lines.'''
        return np.sum(3.0 * x)

    def outer(x):
        def inner(y):
            return np.sin(y) * 2.0
        return np.sum(inner(x))

    class Model:
        __scale = 2.0

        def loss(self, x):
            return self.__scale * np.sum(x * x)

        def __init__(self):
            super().__init__()

    def closed(k):
        def inner(x):
            return k * np.sum(x)
        return inner

    h = lambda x: np.sum(x * x) * 1.0
"""
CHANGES = {  # what is changed, to what, and what is asked for
    "a constant": ("3.0 * x", "5.0 * x", "f"),
    "an operator": ("np.sum(3.0 * x)", "np.sum(3.0 + x)", "f"),
    "a called function": ("np.sum(3.0", "np.max(3.0", "f"),
    "a function inside": ("np.sin(y) * 2.0", "np.cos(y) * 2.0", "outer"),
    "a constant of a function inside": ("np.sin(y) * 2.0", "np.sin(y) * 4.0", "outer"),
    "a method": ("self.__scale * np.sum", "self.__scale + np.sum", "Model"),
    "a closure": ("k * np.sum(x)", "k + np.sum(x)", "closed"),
    "a lambda": ("np.sum(x * x) * 1.0", "np.sum(x + x) * 1.0", "h"),
    "a constant of a lambda": ("* x) * 1.0", "* x) * 9.0", "h"),
}
X = np.array([1.0, 2.0])


def written(path, text):
    path.write_text(textwrap.dedent(text))
    return path


def asked(module, name):
    found = getattr(module, name)
    if name == "Model":
        return found().loss
    return found(2.0) if name == "closed" else found


@pytest.mark.parametrize("name", ["f", "outer", "Model", "closed", "h"])
def test_what_did_not_change_is_read(name, tmp_path, folder):
    function = asked(imported(written(tmp_path / "model.py", BEFORE)), name)
    (gradient,) = srcgrad.vjp(function, (X,))
    step = 1e-6 * np.eye(2)
    expected = [(function(X + h) - function(X - h)) / 2e-6 for h in step]
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)
    assert gradient.shape == X.shape and gradient.dtype == X.dtype


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_refused(change, tmp_path, folder):
    old, new, name = CHANGES[change]
    path = written(tmp_path / "model.py", BEFORE)
    function = asked(imported(path), name)
    written(path, BEFORE.replace(old, new))
    assert path.read_text() != textwrap.dedent(BEFORE)
    with pytest.raises(srcgrad.MissingSource, match="import the file anew"):
        srcgrad.vjp(function, (X,))
    again = asked(imported(path), name)
    assert len(srcgrad.vjp(again, (X,))) == 1


def test_comments_may_change(tmp_path, folder):
    path = written(tmp_path / "model.py", BEFORE)
    function = imported(path).f
    written(path, BEFORE.replace("return np.sum(3.0 * x)", "return np.sum(3.0 * x)  # the whole"))
    np.testing.assert_array_equal(srcgrad.vjp(function, (X,))[0], [3.0, 3.0])


def test_functions_of_equal_code_keep_their_own_files(tmp_path, folder):
    first = imported(written(tmp_path / "first.py", BEFORE), "first").f
    second = imported(written(tmp_path / "second.py", BEFORE), "second").f
    assert first.__code__ == second.__code__
    assert "first.py" in srcgrad.source(first, X)
    assert "second.py" in srcgrad.source(second, X)


def test_rewritten_asserts_are_followed():
    def checked(x):
        assert np.all(x > 0.0), "positive"
        return np.sum(x * x)

    np.testing.assert_array_equal(srcgrad.vjp(checked, (X,))[0], [2.0, 4.0])
