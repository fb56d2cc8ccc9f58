"""Numba's files beside the generated ones are pickles: of what others could write, none is read."""

import os
import pickle
import stat

import pytest

import srcgrad
from srcgrad.backend import trust
from tests.cached import imported

pytest.importorskip("numba")
pytest_plugins = ("tests.cached",)
pytestmark = pytest.mark.skipif(not trust.POSIX, reason="modes are those of POSIX")
STRANGER = 12345  # some other user


class Marker:
    """What a pickle runs when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "a stranger was here"


@pytest.fixture
def index(folder, tmp_path, marker):
    """Numba's index of a generated function, which marks that it was read."""
    path = tmp_path / "model.py"
    path.write_text("def cube(x):\n    return x * x * x\n")
    compiled(path)
    (found,) = (folder / "__pycache__").glob("*.nbi")
    assert not found.stat().st_mode & trust.OTHERS
    found.write_bytes(pickle.dumps(Marker(str(marker))))
    return found


def compiled(path):
    module = imported(path)
    assert srcgrad.vjp(module.cube, (2.0,), jit=True) == (12.0,)
    return module


def used(tmp_path):
    compiled(tmp_path / "model.py")


def test_the_index_of_these_tests_would_be_read(index, tmp_path, marker):
    used(tmp_path)
    assert marker.exists()


def give_away(index, tmp_path):
    os.chown(index, STRANGER, -1)


def open_to_the_group(index, tmp_path):
    index.chmod(0o660)


def link(index, tmp_path):
    index.rename(tmp_path / "elsewhere")
    index.symlink_to(tmp_path / "elsewhere")


def pipe(index, tmp_path):
    index.unlink()
    os.mkfifo(index)


def open_folder(index, tmp_path):
    (index.parent / "notes").write_text("")
    (index.parent / "other.nbi").write_text("")
    index.parent.chmod(0o775)


def link_folder(index, tmp_path):
    (index.parent / "notes").write_text("")
    index.parent.rename(tmp_path / "elsewhere")
    index.parent.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").chmod(0o777)


@pytest.mark.parametrize(
    "change",
    [give_away, open_to_the_group, link, pipe, open_folder, link_folder],
    ids=lambda f: f.__name__,
)
def test_what_others_could_write_is_written_anew(index, tmp_path, marker, change):
    if change is give_away and os.geteuid() != 0:
        pytest.skip("only root can give files away")
    change(index, tmp_path)
    used(tmp_path)
    assert not marker.exists()
    found = index.lstat()
    assert stat.S_ISREG(found.st_mode) and trust.is_own(found) and index.stat().st_size > 100
    assert trust.is_own(index.parent.stat())
    assert (index.parent / "notes").exists() is (change in (open_folder, link_folder))
    assert not (index.parent / "other.nbi").exists()
    before = index.stat().st_mtime_ns
    used(tmp_path)
    assert index.stat().st_mtime_ns == before


def folder_in_place(index, tmp_path):
    index.unlink()
    index.mkdir()


def folder_of_another(index, tmp_path):
    os.chown(index.parent, STRANGER, -1)


@pytest.mark.parametrize("change", [folder_in_place, folder_of_another], ids=lambda f: f.__name__)
def test_where_nothing_can_be_trusted_compiled_code_lives_in_memory(
    index, tmp_path, marker, change
):
    if change is folder_of_another and os.geteuid() != 0:
        pytest.skip("only root can give files away")
    change(index, tmp_path)
    used(tmp_path)
    assert not marker.exists()


def test_the_mask_of_the_user_does_not_matter(folder, tmp_path):
    path = tmp_path / "model.py"
    path.write_text("def cube(x):\n    return x * x * x\n")
    before = os.umask(0o002)
    try:
        compiled(path)
        times = {p: p.stat().st_mtime_ns for p in folder.rglob("*.nb*")}
        compiled(path)
    finally:
        os.umask(before)
    assert times and times == {p: p.stat().st_mtime_ns for p in folder.rglob("*.nb*")}
    assert all(trust.is_own(p.stat()) for p in folder.rglob("*"))


def test_a_folder_of_numbas_own(folder, tmp_path, marker, monkeypatch):
    """``NUMBA_CACHE_DIR`` lies under the same rule."""
    import numba

    chosen = tmp_path / "numba"
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(chosen))
    path = tmp_path / "model.py"
    path.write_text("def cube(x):\n    return x * x * x\n")
    compiled(path)
    (index,) = chosen.rglob("*.nbi")
    index.write_bytes(pickle.dumps(Marker(str(marker))))
    index.chmod(0o606)
    compiled(path)
    assert not marker.exists() and index.stat().st_size > 100
