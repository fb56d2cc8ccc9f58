"""What tests of broken mechanisms share: a row for each, and the programs that notice."""

import builtins
import linecache

import numpy as np
import pytest

import srcgrad
from tests.oracle import central_differences
from tests.test_mutations import generated_anew

X = np.array([0.5, 0.7, 0.2])


class Rows(dict):
    """By name, what breaks the engine, and a program that an intact engine gets right or refuses."""

    def row(self, name, patch):
        """Decorate the program that notices."""

        def register(check):
            self[name] = patch, check
            return check

        return register

    def run(self, name, place):
        check = self[name][1]
        return check(place) if check.__code__.co_argcount else check()

    def try_out(self, name, monkeypatch, tmp_path):
        """The program passes, and fails where the engine is broken."""
        for folder in ("whole", "broken", "whole-cache", "broken-cache"):
            (tmp_path / folder).mkdir()
        monkeypatch.setattr(builtins, "EXECUTED", [], raising=False)  # see tests/hostile.py
        with generated_anew(monkeypatch, tmp_path / "whole-cache"):
            self.run(name, tmp_path / "whole")
        with monkeypatch.context() as patch:
            self[name][0](patch)
            with generated_anew(patch, tmp_path / "broken-cache"):
                with pytest.raises((Exception, pytest.fail.Exception)):
                    self.run(name, tmp_path / "broken")


def is_right(f, *inputs, **options):
    expected = central_differences(f, inputs)
    value, found = srcgrad.value_and_vjp(f, inputs, **options)
    np.testing.assert_allclose(value, f(*inputs), rtol=1e-12)
    for gradient, wanted in zip(found, expected, strict=True):
        assert (gradient is None) == (wanted is None)
        if wanted is not None:
            np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=1e-8)


def is_refused(f, *inputs, match):
    with pytest.raises(srcgrad.SrcgradError, match=match):
        srcgrad.vjp(f, inputs)


def made(text, **names):
    """A module of this text, as a dict."""
    file = f"<mechanism {len(linecache.cache)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space = {"np": np, "__name__": "mechanism", **names}
    exec(compile(text, file, "exec"), space)
    return space
