"""The cache on disk: files and folders that are not whole, not right or not trusted."""

import inspect
import linecache
import os
import sys

import numpy as np
import pytest

from srcgrad.backend import cache
from srcgrad.dispatch import Active, asked
from tests.cached import EXPECTED, RUN, X, again, files, gradient, process

pytest_plugins = ("tests.cached",)


# --- files that are not to be run -----------------------------------------------------------------


def damage_truncate(data):
    return data[: len(data) // 2]


def damage_edit(data):
    return data.replace(b"return", b"raise SystemExit; return", 1)


def damage_append(data):
    return data + b"raise SystemExit\n"


def damage_header(data):
    return data.partition(b"\n")[2]


def damage_foreign(data):
    return b"raise SystemExit\n"


def damage_empty(data):
    return b""


def damage_bytes(data):
    return b"\xff\xfe\x00" + data


DAMAGES = [
    damage_truncate,
    damage_edit,
    damage_append,
    damage_header,
    damage_foreign,
    damage_empty,
    damage_bytes,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_file_is_replaced_and_never_run(folder, model, generations, damage):
    gradient(model.loss, X)
    (file,) = files(folder)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    model = again(model)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    assert generations == ["loss", "loss"]
    assert file.read_bytes() == whole


def test_a_whole_file_under_another_name_is_not_run(folder, model):
    gradient(model.loss, X)
    gradient(model.layered, X, 2.0)
    layered, loss = files(folder)
    loss.write_bytes(layered.read_bytes())
    model = again(model)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)


@pytest.mark.parametrize("noted", ["", "(", "{}", "1", "{'$': 'dict', 'items': []}"])
def test_a_record_that_says_nothing_is_not_used(folder, model, noted):
    gradient(model.loss, X)
    (file,) = files(folder)
    cache.store(str(file), "raise SystemExit", noted)
    model = again(model)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)


# --- folders --------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_made(tmp_path, monkeypatch, model):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "file" / "cache"))
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    run = Active.table.derivative(model.loss, asked("vjp")).entries[0].generated
    assert run.__code__.co_filename.startswith("<srcgrad ")
    assert "def loss_vjp" in inspect.getsource(run)


def test_a_folder_that_cannot_be_written(folder, model, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(13, "read-only")

    monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    assert not files(folder)


def test_a_disk_that_is_full(folder, model, monkeypatch):
    def refuse(*arguments):
        raise OSError(28, "no space left")

    monkeypatch.setattr(cache.os, "replace", refuse)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    assert os.listdir(folder) == []


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions are those of POSIX")
def test_a_read_only_folder(folder, model, tmp_path):
    if os.getuid() == 0:
        pytest.skip("root writes everywhere")
    folder.mkdir(mode=0o500)
    assert process(tmp_path, RUN.format(module="model")) == f"{EXPECTED} True\n"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions are those of POSIX")
def test_a_folder_that_others_may_write_is_not_trusted(folder, model):
    folder.mkdir()
    folder.chmod(0o777)
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    assert not files(folder)


def test_no_folder_is_named_and_home_cannot_be_written(tmp_path, model):
    (tmp_path / "home").write_text("")
    home = str(tmp_path / "home")
    for environment in (
        {"SRCGRAD_CACHE_DIR": "", "HOME": home, "XDG_CACHE_HOME": "", "LOCALAPPDATA": home},
        {"SRCGRAD_CACHE_DIR": "", "HOME": "", "XDG_CACHE_HOME": "relative"},
    ):
        found = process(tmp_path, RUN.format(module="model"), **environment)
        assert found == f"{EXPECTED} True\n"
    assert not (tmp_path / "relative").exists()


def test_the_default_folder(tmp_path, model):
    if sys.platform in ("win32", "darwin"):
        pytest.skip("the folder is another there")
    environment = {"SRCGRAD_CACHE_DIR": "", "XDG_CACHE_HOME": "", "HOME": str(tmp_path)}
    process(tmp_path, RUN.format(module="model"), **environment)
    assert len(files(tmp_path / ".cache" / "srcgrad")) == 1


def test_functions_without_a_file_stay_in_memory(folder):
    source = "def f(x):\n    return 2.0 * x\n"
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(True), "<cell>")
    space = {}
    exec(compile(source, "<cell>", "exec"), space)
    assert gradient(space["f"], 1.0) == 2.0
    assert not files(folder)
