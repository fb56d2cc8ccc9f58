"""`jit="auto"`: plain code until compiling can pay, then the faster of the two."""

import os

import numpy as np
import pytest

import srcgrad
from srcgrad.backend import cache, record
from srcgrad.backend import compile as compiler
from srcgrad.dispatch import auto, choices, derivative
from srcgrad.errors import CompileError, InputError
from tests.test_compiled import assert_same

numba = pytest.importorskip("numba")


def pairs(x, k):
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            total += k / abs(x[i] - x[j])
    return total


X = np.array([0.0, 1.0, 3.0, 7.0])


@pytest.fixture
def compilations(monkeypatch, tmp_path):
    """The functions that are compiled; compiling costs nothing, and the cache is empty."""
    found = []
    jitted = compiler.jitted

    def counted(function, args, layout):
        found.append(function.__name__)
        return jitted(function, args, layout)

    monkeypatch.setattr(compiler, "jitted", counted)
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("BASE", "LINE", "LOAD", "IMPORT"):
        monkeypatch.setattr(auto, name, 0.0)
    monkeypatch.setattr(derivative.Active, "table", derivative.Table())
    return found


def faster(monkeypatch, mode):
    """Let one of the modes be the faster one."""
    times = iter([1.0, 2.0] * 100 if mode == "compiled" else [2.0, 1.0] * 100)
    monkeypatch.setattr(auto, "seconds", lambda call: (call(), next(times))[1])


def auto_of(function):
    """The derivative of a function that is in use."""
    found = derivative.Active.table.requests[id(function)]
    return next(d for request, d in found.items() if request.options.jit == "auto")


def again(monkeypatch):
    """What another process begins with."""
    monkeypatch.setattr(derivative.Active, "table", derivative.Table())


@pytest.mark.parametrize("mode", ["compiled", "plain"])
def test_the_faster_mode_stays_and_is_remembered(mode, compilations, monkeypatch):
    faster(monkeypatch, mode)
    expected = srcgrad.vjp(pairs, (X, 2.0))
    for _ in range(4):
        assert_same(srcgrad.vjp(pairs, (X, 2.0), jit="auto"), expected)
    assert compilations == ["pairs_vjp"]
    again(monkeypatch)
    for _ in range(4):
        assert_same(srcgrad.vjp(pairs, (X, 2.0), jit="auto"), expected)
    assert compilations == ["pairs_vjp"] * (2 if mode == "compiled" else 1)  # read from the disk
    entry = auto_of(pairs).entries[0]
    assert choices.recalled(entry) == mode
    fast = auto_of(pairs).fast
    assert (fast is auto_of(pairs).compiled.fast) == (mode == "compiled")
    assert not isinstance(fast, auto.Trial)  # a call costs what it costs in a fixed mode


def test_a_choice_for_other_source_or_by_others_is_not_trusted(compilations, monkeypatch):
    faster(monkeypatch, "plain")
    for _ in range(2):
        srcgrad.vjp(pairs, (X, 2.0), jit="auto")
    entry = auto_of(pairs).entries[0]
    path = choices.file_of(entry)
    assert choices.recalled(entry) == "plain"
    os.chmod(path, 0o666)
    assert choices.recalled(entry) is None
    os.chmod(path, 0o600)
    _, note, noted = cache.fetch(path)
    about = record.parse(noted, ())
    for key in ("source", "stamp"):
        cache.store(path, note, record.text({**about, key: "another"}, ()))
        assert choices.recalled(entry) is None
    cache.store(path, note, record.text(about, ()))
    assert choices.recalled(entry) == "plain"


def test_nothing_is_compiled_before_it_can_pay(compilations, monkeypatch):
    monkeypatch.setattr(auto, "BASE", 1000.0)
    for _ in range(5):
        srcgrad.vjp(pairs, (X, 2.0), jit="auto")
    assert compilations == []
    assert isinstance(auto_of(pairs).fast, auto.Trial)
    assert auto_of(pairs).entries[0].trial.spent > 0.0


def test_longer_source_costs_more():
    short, long = srcgrad.source(np.sin, X), srcgrad.source(pairs, X, 2.0)
    assert 0.0 < auto.price("") < auto.price(short) < auto.price(long)


def told(x):
    print("told")
    return np.sum(x * x)


def drawn(x):
    return np.sum(x * np.random.standard_normal(4))


@pytest.mark.parametrize("function", [told, drawn])
def test_what_can_be_seen_happens_once(function, compilations, capsys):
    np.random.seed(0)
    expected = [srcgrad.vjp(function, (X,)) for _ in range(4)]
    np.random.seed(0)
    capsys.readouterr()
    for gradient in expected:
        assert_same(srcgrad.vjp(function, (X,), jit="auto"), gradient)
    assert capsys.readouterr().out.count("told") == (4 if function is told else 0)
    assert compilations == []


def contracted(x, a):
    return np.einsum("ij,j...->i...", a, x)


def test_what_does_not_compile_stays_plain(compilations, monkeypatch):
    inputs = X, np.ones((4, 4))
    with pytest.raises(CompileError):
        srcgrad.vjp(contracted, inputs, np.ones(4), jit=True)
    expected = srcgrad.vjp(contracted, inputs, np.ones(4))
    again(monkeypatch)
    for _ in range(4):
        assert_same(srcgrad.vjp(contracted, inputs, np.ones(4), jit="auto"), expected)
    assert choices.recalled(auto_of(contracted).entries[0]) == "plain"


def cut(x, n, c):
    return np.sum(x[:n] * c)


def test_other_sizes_than_those_taken_for_granted(compilations, monkeypatch):
    faster(monkeypatch, "compiled")
    for c in (np.ones(3), np.ones(3), np.ones(1), np.ones(1), np.ones(1), np.ones(3)):
        assert_same(srcgrad.vjp(cut, (X, 3, c), jit="auto"), srcgrad.vjp(cut, (X, 3, c)))


def test_each_way_to_a_derivative(compilations, monkeypatch):
    faster(monkeypatch, "compiled")
    gradient = srcgrad.value_and_grad(pairs, (0, 1), jit="auto")
    for _ in range(3):
        assert_same(gradient(X, k=2.0), srcgrad.value_and_grad(pairs, (0, 1))(X, k=2.0))
        value, pull = srcgrad.pullback(pairs, X, 2.0, jit="auto")
        assert_same((value, pull()), srcgrad.value_and_vjp(pairs, (X, 2.0)))
        expected = srcgrad.jvp(pairs, (X, 2.0), (X, 1.0))
        assert_same(srcgrad.jvp(pairs, (X, 2.0), (X, 1.0), jit="auto"), expected)
    names = {"pairs_vjp", "pairs_forward", "pairs_reverse", "pairs_jvp"}
    assert set(compilations) == names


def test_other_words_are_refused():
    with pytest.raises(InputError, match="'maybe'"):
        srcgrad.vjp(pairs, (X, 2.0), jit="maybe")
