"""The cache on disk: what is written is right, is found again, and follows every change."""

import inspect
import os
import re
import stat
import threading
import traceback

import numpy as np
import pytest

import srcgrad
from srcgrad.backend import record
from srcgrad.dispatch import Active, asked
from srcgrad.testing import checks as testing
from tests.cached import EXPECTED, RUN, X, again, files, finished, gradient, process

pytest_plugins = ("tests.cached",)


# --- files ----------------------------------------------------------------------------------------


def test_a_generated_module_is_a_real_file(folder, model):
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    (file,) = files(folder)
    assert re.fullmatch(r"model\.loss-[0-9a-f]{16}\.py", file.name)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.listdir(folder) == [file.name]
    entry = Active.table.derivative(model.loss, asked("vjp")).entries[0]
    run = entry.generated
    assert run.__code__.co_filename == str(file)
    assert inspect.getsourcefile(run) == str(file)
    assert inspect.getsource(run) in file.read_text()
    assert inspect.getmodule(run).__file__ == str(file)
    assert entry.source in file.read_text()
    compile(file.read_text(), str(file), "exec")


def test_tracebacks_show_generated_lines(folder, model):
    gradient(model.loss, X)
    run = Active.table.derivative(model.loss, asked("vjp")).entries[0].generated
    with pytest.raises(Exception) as caught:
        run(X, 2.0, np.ones(4), 1.0)
    (file,) = files(folder)
    frames = traceback.extract_tb(caught.value.__traceback__)
    (frame,) = [frame for frame in frames if frame.filename == str(file)]
    assert frame.line and frame.line in file.read_text()


def test_tangent_functions_are_written_and_loaded(folder, model, generations):
    found = srcgrad.jvp(model.loss, (X,), (np.ones(3),))
    assert generations == ["loss"]
    assert "def loss_jvp" in files(folder)[0].read_text()
    model = again(model)
    for _ in range(2):
        assert srcgrad.jvp(model.loss, (X,), (np.ones(3),)) == found
    assert generations == ["loss"]


def test_what_a_class_is_asked_for_is_checked_when_a_file_is_loaded(folder, model, generations):
    w = np.array([2.0])
    np.testing.assert_array_equal(gradient(model.layered, X, w), [6.0, 6.0, 6.0])
    model = again(model)
    np.testing.assert_array_equal(gradient(model.layered, X, w), [6.0, 6.0, 6.0])
    assert generations == ["layered"]
    model = again(model)
    model.Layer.__call__ = lambda self, x: self.w * x * x
    np.testing.assert_array_equal(gradient(model.layered, X, w), 4.0 * X)
    model = again(model)
    model.Layer.gain = 5.0
    np.testing.assert_array_equal(gradient(model.layered, X, w), [10.0, 10.0, 10.0])


def test_what_is_written_is_loaded_without_generation(folder, model, generations):
    gradient(model.loss, X)
    assert generations == ["loss"]
    before = files(folder)[0].read_bytes()
    model = again(model)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    assert generations == ["loss"]
    assert files(folder)[0].read_bytes() == before


def test_another_process_does_without_the_pipeline(folder, model, tmp_path):
    script = RUN.format(module="model")
    assert process(tmp_path, script) == f"{EXPECTED} True\n"
    before = [file.read_bytes() for file in files(folder)]
    assert process(tmp_path, script, PYTHONHASHSEED="7") == f"{EXPECTED} False\n"
    assert [file.read_bytes() for file in files(folder)] == before


def test_the_text_does_not_depend_on_the_process(folder, model, tmp_path):
    script = RUN.format(module="model")
    texts = []
    for seed in "012":
        process(tmp_path, script, PYTHONHASHSEED=seed)
        (file,) = files(folder)
        texts.append((file.name, file.read_bytes()))
        file.unlink()
    assert len(set(texts)) == 1


def test_each_signature_and_option_has_a_file(folder, model):
    gradient(model.loss, X)
    gradient(model.loss, X.astype(np.float32))
    srcgrad.value_and_vjp(model.loss, (X,))
    srcgrad.vjp(model.layered, (X, 2.0), argnums=1)
    srcgrad.vjp(model.layered, (X, 2.0))
    with testing.options(optimize=False):
        gradient(model.loss, X)
    assert len(files(folder)) == 6


def test_compiled_code_is_loaded_too(folder, model, tmp_path):
    pytest.importorskip("numba")
    script = RUN.format(module="model").replace("]),))", "]),), jit=True)")
    assert process(tmp_path, script) == f"{EXPECTED} True\n"
    before = sorted(folder.rglob("*.nbc"))
    assert before
    assert process(tmp_path, script) == f"{EXPECTED} False\n"
    assert sorted(folder.rglob("*.nbc")) == before


# --- what an entry depends on ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("SCALE * np.sum", "2.0 * SCALE * np.sum", [8.0, 32.0, 72.0]),
        ("factor * x * x", "factor * x * x * x", [6.0, 48.0, 162.0]),
        ("factor=1.0", "factor=3.0", [12.0, 48.0, 108.0]),
        ("SCALE = 2.0", "SCALE = 4.0", [8.0, 32.0, 72.0]),
        ("SCALE = 2.0", "SCALE = np.array(4.0)", [8.0, 32.0, 72.0]),
        ('MODE = "square"', 'MODE = "none"', [2.0, 4.0, 6.0]),
        ("WEIGHTS = np.array([1.0, 2.0, 3.0])", "WEIGHTS = 1.0", [4.0, 8.0, 12.0]),
        ("# the whole model", "# another comment", EXPECTED),
        ("def loss", "\n\ndef loss", EXPECTED),
    ],
)
def test_changes_between_processes_are_seen(folder, model, old, new, expected):
    gradient(model.loss, X)
    model = again(model, old, new)
    np.testing.assert_array_equal(gradient(model.loss, X), expected)


@pytest.mark.parametrize(
    "old, new", [("gain = 3.0", "gain = 6.0"), ("self.gain * self.w", "6.0 * self.w")]
)
def test_changes_of_a_class_are_seen(folder, model, old, new):
    np.testing.assert_array_equal(gradient(model.layered, X, 2.0), [6.0, 6.0, 6.0])
    model = again(model)
    np.testing.assert_array_equal(gradient(model.layered, X, 2.0), [6.0, 6.0, 6.0])
    model = again(model, old, new)
    np.testing.assert_array_equal(gradient(model.layered, X, 2.0), [12.0, 12.0, 12.0])


def test_redefinition_in_a_process(folder, model, monkeypatch):
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    monkeypatch.setattr(model, "square", lambda x: x)
    np.testing.assert_array_equal(gradient(model.loss, X), [2.0, 4.0, 6.0])
    monkeypatch.undo()
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)


def test_a_file_says_that_the_signature_must_hold_more(folder, model, generations):
    model = again(model, "return SCALE", "y = y + np.ones(3) * y[0:1]\n    return SCALE")
    first = gradient(model.loss, X)
    assert generations == ["loss", "loss"]
    assert len(files(folder)) == 2
    model = again(model)
    np.testing.assert_array_equal(gradient(model.loss, X), first)
    assert generations == ["loss", "loss"]
    source = next(file.read_text() for file in files(folder) if "def loss_vjp" in file.read_text())
    assert "float64[3]" in source and "unbroadcast" not in source


def test_what_a_file_asks_for_is_asked_for_once(folder, model, generations):
    model = again(model, "return SCALE", "y = y + x[0:1] * x\n    return SCALE")
    model = again(model, "WEIGHTS * y", "y * x[:2].sum()")
    few, many = np.arange(1.0, 4.0), np.arange(1.0, 31.0)
    expected = [gradient(model.loss, x) for x in (few, many)]
    model = again(model)
    for x, gradients in zip((many, few), reversed(expected), strict=True):
        np.testing.assert_array_equal(gradient(model.loss, x), gradients)


def test_closures_share_a_file_and_keep_their_cells(folder, model, generations):
    one, two = model.make(2.0), model.make(3.0)
    for _ in range(2):
        np.testing.assert_array_equal(gradient(one, X), [2.0, 2.0, 2.0])
        np.testing.assert_array_equal(gradient(two, X), [3.0, 3.0, 3.0])
    np.testing.assert_array_equal(gradient(model.make(X), X), X)
    assert len(files(folder)) == 2
    assert generations == ["inner", "inner"]


def averaged(mean):
    def inner(x):
        return mean(x)

    return inner


def test_functions_that_a_decorator_makes_of_one_code_are_told_apart(folder):
    stats = pytest.importorskip("scipy.stats")
    means = stats.gmean, stats.hmean
    assert means[0].__code__ is means[1].__code__
    for mean in (*means, *means):
        value, _ = srcgrad.value_and_vjp(averaged(mean), (X,))
        np.testing.assert_allclose(value, mean(X))
    assert len(files(folder)) == 2


def test_another_engine_regenerates(folder, model, generations, monkeypatch):
    from srcgrad.backend import fingerprint

    gradient(model.loss, X)
    monkeypatch.setattr(fingerprint, "engine", lambda: "another")
    model = again(model)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    assert generations == ["loss", "loss"]
    assert len(files(folder)) == 1


# --- processes and threads ------------------------------------------------------------------------


def test_processes_that_generate_at_once(folder, model, tmp_path):
    script = RUN.format(module="model")
    started = [process(tmp_path, script, wait=False) for _ in range(5)]
    assert [finished(one).split(" T")[0].split(" F")[0].strip() for one in started] == [
        str(EXPECTED)
    ] * 5
    assert len(files(folder)) == 1 and len(os.listdir(folder)) == 1
    assert process(tmp_path, script) == f"{EXPECTED} False\n"


def test_threads_that_generate_at_once(folder, model):
    start, found = threading.Barrier(6), []

    def work():
        start.wait()
        found.append(gradient(model.loss, X).tolist())

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [EXPECTED] * 6
    assert len(os.listdir(folder)) == 1


# --- records --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        "text",
        b"bytes",
        ...,
        (1, [2.5, {"k": (None,)}]),
        float("inf"),
        {1: 2},
        {"$": "dict"},
        np.dtype("float32"),
        np.add,
        np.linalg.norm,
        ValueError,
        os.path,
    ],
    ids=lambda value: str(getattr(value, "__name__", value)),
)
def test_records_can_be_read_back(value):
    assert record.parse(record.text(value, ()), ()) == value


@pytest.mark.parametrize("value", [object(), lambda x: x, np.ones(2), type("T", (), {})])
def test_what_cannot_be_found_again_is_not_recorded(value):
    with pytest.raises(record.NotStorable):
        record.text(value, ())
