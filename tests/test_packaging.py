"""What is published: the source distribution, the wheel built from it, and their metadata."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest

import srcgrad

setuptools = pytest.importorskip("setuptools", "77", reason="the build backend is not here")

ROOT = Path(__file__).parent.parent
LEFT_OUT = {"build", "dist", "srcgrad.egg-info"}  # what an earlier build has left on top
SHIPPED = ("srcgrad", "tests", "docs", "examples", "benchmarks", ".ci")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])"


class Built(NamedTuple):
    """The two distributions, and the names of the files in them."""

    folder: Path
    sdist: set[str]  # below the one folder that it holds
    wheel: set[str]
    metadata: Message


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a copy, without a network: the sdist from the tree, the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("packaging")
    tree, dist = folder / "tree", folder / "dist"
    shutil.copytree(ROOT, tree, ignore=unwanted)
    build("sdist", tree, dist)
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        packed = archive.getnames()
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # not in old 3.10
        archive.extractall(folder)
    unpacked = folder / packed[0]
    build("wheel", unpacked, dist)
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(f"srcgrad-{srcgrad.__version__}.dist-info/METADATA")
    below = {name.removeprefix(f"{packed[0]}/") for name in packed}
    return Built(dist, below, set(names), message_from_bytes(metadata))


def unwanted(folder: str, names: list[str]) -> set[str]:
    """What is no part of the project: caches, environments, what was built before."""
    found = {name for name in names if name == "__pycache__" or name.startswith(".")}
    if Path(folder) == ROOT:
        found |= LEFT_OUT & set(names)
    return found - {".ci"}


def build(kind: str, tree: Path, dist: Path) -> None:
    dist.mkdir(exist_ok=True)
    command = [sys.executable, "-c", BUILD.format(kind), str(dist)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def files(folder: str) -> set[str]:
    """The files of a folder of the project that somebody wrote: no pages, caches or pictures made."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", folder]
    git = shutil.which("git") and subprocess.run(
        command, cwd=ROOT, capture_output=True, check=False
    )
    known = git.stdout.decode().split("\0") if git and git.returncode == 0 else []
    found = [ROOT / name for name in known if name] or (ROOT / folder).rglob("*")  # no checkout
    return {
        str(path.relative_to(ROOT))
        for path in found
        if path.is_file() and path.suffix != ".pyc" and "_build" not in path.parts
    }


@pytest.mark.parametrize("folder", SHIPPED)
def test_the_sdist_holds_all_files(built: Built, folder: str) -> None:
    written = files(folder)
    assert written and not written - built.sdist


def test_the_sdist_holds_nothing_that_was_made(built: Built) -> None:
    named = {name for folder in SHIPPED for name in files(folder)}
    shipped = {name for name in built.sdist if name.startswith(tuple(f"{f}/" for f in SHIPPED))}
    folders = {str(parent) for name in shipped for parent in Path(name).parents}
    assert not shipped - folders - named


def test_the_sdist_holds_the_files_on_top(built: Built) -> None:
    top = {path.name for path in ROOT.glob("*") if path.suffix in (".md", ".cff", ".toml")}
    assert not {*top, "LICENSE", "MANIFEST.in"} - built.sdist


def test_the_wheel_holds_the_package_alone(built: Built) -> None:
    info = f"srcgrad-{srcgrad.__version__}.dist-info/"
    package = {name for name in built.wheel if not name.startswith(info)}
    assert package == files("srcgrad") and "srcgrad/py.typed" in package
    assert f"{info}licenses/LICENSE" in built.wheel


def test_the_metadata(built: Built) -> None:
    metadata = built.metadata
    assert metadata["Version"] == srcgrad.__version__
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Description-Content-Type"] == "text/markdown"
    required = {line for line in metadata.get_all("Requires-Dist") if "extra" not in line}
    assert {re.split("[><=]", line)[0] for line in required} == {"numpy", "gast", "astor"}
    classified = " ".join(metadata.get_all("Classifier"))
    oldest = metadata["Requires-Python"].removeprefix(">=3.")
    named = sorted(int(minor) for minor in re.findall(r"Python :: 3\.(\d+)", classified))
    assert named[0] == int(oldest) and named == list(range(named[0], named[-1] + 1))


def test_the_description_needs_no_other_file(built: Built) -> None:
    text = str(built.metadata.get_payload())
    assert "# srcgrad" in text
    leading_away = re.findall(r"\]\((?!https?://|#)[^)]*\)|<(?:img|a) [^>]*>", text)
    assert not leading_away, "links and pictures that an index page cannot show"


def test_the_change_log_knows_the_version() -> None:
    assert f"\n## {srcgrad.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_twine_finds_no_fault(built: Built) -> None:
    pytest.importorskip("twine")
    command = [
        sys.executable,
        "-m",
        "twine",
        "check",
        "--strict",
        *map(str, built.folder.iterdir()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
