"""``srcgrad cache`` and ``srcgrad --version``."""

from __future__ import annotations

import os

import pytest

from srcgrad.backend import trust
from srcgrad.cli import cache as cache_command
from srcgrad.cli import main
from tests.cached import X, again, files, gradient

pytest_plugins = ("tests.cached",)


def printed(capsys, *arguments):
    assert main(["cache", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_folder_that_is_yet_to_be_made(folder, capsys):
    assert printed(capsys) == [str(folder), "0 modules, 0 files in all, 0 bytes"]
    assert printed(capsys, "--clear") == [str(folder), "0 files removed"]
    assert not folder.exists()


def test_what_is_in_it(folder, model, capsys):
    gradient(model.loss, X)
    size = cache_command.shown(files(folder)[0].stat().st_size)
    assert printed(capsys) == [str(folder), f"1 module, 1 file in all, {size}"]
    gradient(model.layered, X, 2.0)
    (folder / "writing-a.tmp").write_text("half")
    assert printed(capsys)[1].startswith("2 modules, 3 files in all, ")


def test_clearing_leaves_what_is_not_srcgrads(folder, model, capsys, generations):
    gradient(model.loss, X)
    (folder / "__pycache__").mkdir()
    name = files(folder)[0].stem
    kept = [
        folder / "notes.py",
        folder / "model-0123456789abcdef.txt",
        folder / "__pycache__" / "notes.f-1.py311.nbi",
        folder / "model-0123456789abcdef.py" / "inside",
    ]
    gone = [
        files(folder)[0],
        folder / "writing-a.tmp",
        folder / "__pycache__" / f"{name}.loss_vjp-1.py311.nbi",
        folder / "__pycache__" / f"{name}.loss_vjp-1.py311.1.nbc",
        folder / "__pycache__" / f"{name}.loss_vjp-1.py311.1.nbc.tmp.01",
        folder / "a-0123456789abcdef.py",
    ]
    kept[-1].parent.mkdir()
    for path in (*kept, *gone[1:-1]):
        path.write_text("")
    gone[-1].symlink_to(kept[0])
    assert printed(capsys, "--clear") == [str(folder), "6 files removed"]
    assert all(path.exists() for path in kept)
    assert not any(os.path.lexists(path) for path in gone)
    gradient(again(model).loss, X)
    assert generations == ["loss", "loss"] and gone[0].exists()


@pytest.mark.skipif(not trust.POSIX, reason="modes are those of POSIX")
def test_why_a_folder_is_not_used(folder, capsys):
    folder.mkdir()
    folder.chmod(0o775)
    assert printed(capsys)[1] == f"not used: others may write into {folder}"
    folder.rmdir()
    folder.write_text("")
    assert printed(capsys)[1] == f"not used: {folder} is no folder"


@pytest.mark.skipif(not trust.POSIX, reason="modes are those of POSIX")
def test_why_a_folder_will_not_be_made(folder, capsys, monkeypatch):
    folder.mkdir()
    folder.chmod(0o775)
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(folder / "deeper"))
    assert printed(capsys)[1] == f"not used: others may write into {folder}"


def test_what_cannot_be_removed(folder, model, capsys, monkeypatch):
    gradient(model.loss, X)

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cache_command.os, "unlink", refuse)
    assert main(["cache", "--clear"]) == 1
    out, err = capsys.readouterr()
    assert out == f"{folder}\n0 files removed\n"
    assert err == f"{files(folder)[0]} stays: Permission denied\n"


def test_no_folder_is_known(monkeypatch, capsys):
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", "")
    monkeypatch.setattr(cache_command.cache, "default_folder", lambda: None)
    assert printed(capsys)[0].startswith("there is no folder")
    assert main(["cache", "--clear"]) == 1


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_250_000, "1.2 MB"),
        (10**13, "10000.0 GB"),
    ],
)
def test_sizes(size, text):
    assert cache_command.shown(size) == text
