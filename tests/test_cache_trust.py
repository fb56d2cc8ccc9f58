"""The cache on disk runs what is one's own: no file that others wrote, no link, no pipe."""

import errno
import os
import stat
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from srcgrad.backend import cache, fingerprint, trust
from srcgrad.dispatch import Active
from tests.cached import EXPECTED, ROOT, RUN, X, again, files, gradient, process

pytest_plugins = ("tests.cached",)
pytestmark = pytest.mark.skipif(not trust.POSIX, reason="modes are those of POSIX")
as_root = pytest.mark.skipif(
    not trust.POSIX or os.geteuid() != 0, reason="only root can give files away"
)
STRANGER = 12345  # some other user


@pytest.fixture
def stored(folder, model):
    """A file of the cache that would end the process if it was run; and what it should be."""
    gradient(model.loss, X)
    (file,) = files(folder)
    whole = file.read_bytes()
    record = whole.decode().rpartition(cache.RECORD)[2].rstrip("\n")
    assert cache.store(str(file), "raise SystemExit('a stranger was run')", record)
    return file, whole


def used_anew(model, file, whole, generations):
    """Whether the gradient is right, and was generated again."""
    np.testing.assert_array_equal(gradient(again(model).loss, X), EXPECTED)
    assert generations == ["loss"]
    return file.is_file() and not file.is_symlink() and file.read_bytes() == whole


def in_memory(model, generations):
    np.testing.assert_array_equal(gradient(model.loss, X), EXPECTED)
    assert generations == ["loss"]
    run = (
        Active.table.quick[id(model.loss), "vjp", None, False, True, False, False]
        .entries[0]
        .generated
    )
    return run.__code__.co_filename.startswith("<srcgrad ")


# --- files ----------------------------------------------------------------------------------------


def test_the_file_of_these_tests_would_be_run(stored, model):
    with pytest.raises(SystemExit, match="stranger"):
        gradient(again(model).loss, X)


@as_root
def test_a_file_of_another_user(stored, model, generations):
    os.chown(stored[0], STRANGER, -1)
    assert used_anew(model, *stored, generations)
    assert stored[0].stat().st_uid == os.geteuid()


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write(stored, model, generations, mode):
    stored[0].chmod(mode)
    assert used_anew(model, *stored, generations)
    assert not stored[0].stat().st_mode & trust.OTHERS


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o444, 0o755])
def test_a_file_that_others_may_read(folder, model, generations, mode):
    gradient(model.loss, X)
    files(folder)[0].chmod(mode)
    np.testing.assert_array_equal(gradient(again(model).loss, X), EXPECTED)
    assert generations == ["loss"]


def test_a_link(stored, model, generations, tmp_path):
    file, whole = stored
    file.rename(tmp_path / "elsewhere.py")
    before = (tmp_path / "elsewhere.py").read_bytes()
    file.symlink_to(tmp_path / "elsewhere.py")
    assert used_anew(model, file, whole, generations)
    assert (tmp_path / "elsewhere.py").read_bytes() == before


def test_a_link_to_nothing(stored, model, generations, tmp_path):
    file, whole = stored
    file.unlink()
    file.symlink_to(tmp_path / "nothing")
    assert used_anew(model, file, whole, generations)
    assert not (tmp_path / "nothing").exists()


def test_a_pipe(stored, model, generations):
    file, whole = stored
    file.unlink()
    os.mkfifo(file)
    assert used_anew(model, file, whole, generations)


def test_a_pipe_that_appears_when_it_was_looked_at(stored, monkeypatch):
    """Between the look and the opening, too, nothing waits for a writer."""
    file, _ = stored
    looked = os.lstat(file)
    file.unlink()
    os.mkfifo(file)
    original = os.lstat
    monkeypatch.setattr(
        trust.os, "lstat", lambda path: looked if path == str(file) else original(path)
    )
    assert trust.read(str(file)) is None


def test_a_link_that_appears_when_it_was_looked_at(stored, monkeypatch, tmp_path):
    file, _ = stored
    looked = os.lstat(file)
    file.rename(tmp_path / "elsewhere.py")
    file.symlink_to(tmp_path / "elsewhere.py")
    original = os.lstat
    monkeypatch.setattr(
        trust.os, "lstat", lambda path: looked if path == str(file) else original(path)
    )
    assert trust.read(str(file)) is None


def test_a_folder_in_place_of_a_file(stored, model, generations):
    file, _ = stored
    file.unlink()
    file.mkdir()
    (file / "inside").write_text("")
    assert in_memory(again(model), generations)
    assert file.is_dir()


def test_a_device_is_not_read():
    assert trust.read("/dev/zero") is None


# --- folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o770, 0o777, 0o720, 0o1777])
def test_a_folder_that_others_may_write(stored, model, folder, generations, mode):
    before = files(folder)
    folder.chmod(mode)
    assert in_memory(again(model), generations)
    assert files(folder) == before


@as_root
def test_a_folder_of_another_user(stored, model, folder, generations):
    os.chown(folder, STRANGER, -1)
    assert in_memory(again(model), generations)


def test_everything_belongs_to_another_user(stored, model, generations, monkeypatch):
    monkeypatch.setattr(trust.os, "geteuid", lambda: STRANGER)
    assert in_memory(again(model), generations)


@pytest.mark.parametrize(("mode", "trusted"), [(0o777, 0), (0o775, 0), (0o1777, 1), (0o755, 1)])
def test_the_folders_above(tmp_path, monkeypatch, model, generations, mode, trusted):
    """In a sticky folder, as ``/tmp`` is, nobody can put another in the place of one's own."""
    above = tmp_path / "above"
    above.mkdir()
    above.chmod(mode)
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(above / "deep" / "cache"))
    assert in_memory(model, generations) is not bool(trusted)
    assert (above / "deep").exists() is bool(trusted)
    if trusted:
        for made in (above / "deep", above / "deep" / "cache"):
            assert stat.S_IMODE(made.stat().st_mode) == 0o700


@as_root
def test_a_folder_in_that_of_another_user(tmp_path, monkeypatch, model, generations):
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", STRANGER, -1)
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "theirs" / "cache"))
    assert in_memory(model, generations)
    assert os.listdir(tmp_path / "theirs") == []


def test_the_mask_of_the_user_does_not_matter(folder, model, tmp_path):
    script = "import os\nos.umask(0o002)\n" + textwrap.dedent(RUN.format(module="model"))
    assert process(tmp_path, script) == f"{EXPECTED} True\n"
    assert process(tmp_path, script) == f"{EXPECTED} False\n"


def test_a_link_to_a_folder_leads_to_it(tmp_path, monkeypatch, model, generations):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "link"))
    assert not in_memory(model, generations)
    assert len(files(tmp_path / "real")) == 1


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.write_text("")])
def test_a_folder_that_is_none(tmp_path, monkeypatch, model, generations, make):
    make(tmp_path / "cache")
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(tmp_path / "cache"))
    assert in_memory(model, generations)


# --- disks that are full, and what is left behind -------------------------------------------------


@pytest.mark.parametrize("name", ["write", "replace", "close", "open"])
def test_a_disk_that_is_full(folder, model, generations, monkeypatch, name):
    original = getattr(os, name)

    def refuse(*arguments, **options):
        if name == "close":
            original(*arguments)
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(cache.os, name, refuse)
        assert in_memory(model, generations)
    assert os.listdir(folder) == []


def test_a_disk_that_takes_a_little_at_a_time(folder, model, monkeypatch):
    original = os.write
    with monkeypatch.context() as patched:
        patched.setattr(cache.os, "write", lambda handle, data: original(handle, data[:7]))
        gradient(model.loss, X)
    assert cache.fetch(str(files(folder)[0])) is not None


def test_what_killed_processes_left_is_removed(folder, model):
    folder.mkdir(mode=0o700)
    (folder / "__pycache__").mkdir(mode=0o700)
    old = [
        folder / "writing-abc.tmp",
        folder / "__pycache__" / "model.f-1.py311.nbi.tmp.0123",
        folder / "__pycache__" / "model.f-1.py311.1.nbc.tmp.0123",
    ]
    new, other = folder / "writing-new.tmp", folder / "notes.tmp"
    for path in (*old, new, other):
        path.write_text("half")
    for path in (*old, other):
        os.utime(path, (time.time() - 2 * cache.OLD,) * 2)
    gradient(model.loss, X)
    assert not any(path.exists() for path in old)
    assert new.exists() and other.exists()


# --- versions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["numba", "scipy"])
def test_another_version_of_a_library_regenerates(folder, model, generations, monkeypatch, name):
    module = pytest.importorskip(name)
    gradient(model.loss, X)
    gradient(again(model).loss, X)
    assert generations == ["loss"]
    monkeypatch.setattr(module, "__version__", "0.0.1")
    np.testing.assert_array_equal(gradient(again(model).loss, X), EXPECTED)
    assert generations == ["loss", "loss"]


LOADING = """
import sys
for name in sys.argv[1:]:
    try:
        __import__(name)
    except ImportError:
        pass
from srcgrad.backend import fingerprint
print(fingerprint.libraries())
"""


def test_versions_are_the_same_before_and_after_loading():
    found = set()
    for names in ((), ("numba", "scipy")):
        command = [sys.executable, "-c", LOADING, *names]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        found.add(done.stdout)
    assert len(found) == 1


def test_a_library_that_is_not_there_has_no_version():
    assert fingerprint._version("no_such_library") == ""
