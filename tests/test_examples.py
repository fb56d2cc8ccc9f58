"""The examples run as a user runs them, and print the right numbers."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drawn import drawn

ROOT = Path(__file__).parent.parent
COMMANDS = ("backward_gradient", "nist_regression")
GALLERY = sorted({path.stem for path in (ROOT / "examples").glob("*.py")}.difference(COMMANDS))


def run(script, *arguments, folder):
    """Run an example in `folder`, with its own cache there; returns what it prints."""
    environment = dict(os.environ, SRCGRAD_CACHE_DIR=str(folder / "cache"), MPLBACKEND="Agg")
    paths = [str(ROOT), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    finished = subprocess.run(
        [sys.executable, str(ROOT / "examples" / script), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def sections(text):
    """The text below each numbered, underlined title."""
    parts = re.split(r"^(\d)\. .*\n=+\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def gradients(text):
    """Every (a_bar, b_bar, c_bar) printed in a section."""
    pattern = r"^    a_bar = (\S.*)\n    b_bar = (\S.*)\n    c_bar = (\S.*)\n\n"
    return re.findall(pattern, text, flags=re.MULTILINE)


def test_backward_gradient(tmp_path):
    situations = sections(run("backward_gradient.py", folder=tmp_path))

    assert "def f_vjp(a, b, c, y_bar):" in situations["1"]
    assert gradients(situations["1"]) == [
        ("[0.3, 3, 0.0003]", "[1.2, 16, 0.002]", "[0.0166667, 0.142857, 1.25e-05]")
    ]
    assert gradients(situations["2"]) == [("3", "4", "10")]
    refusal, _, accepted = situations["3"].partition("broadcasting y")
    message = refusal.partition("CotangentError")[2]
    assert "(1,)" in message
    assert "(3,)" in message
    assert gradients(accepted) == [("[3.3003]", "[0]", "[inf]")]
    assert gradients(situations["4"]) == [("3", "4", "1"), ("3", "4", "1"), ("6", "8", "2")]


def digits_by_dataset(text):
    """The summary table: for each data set the fewest agreeing digits from both starts."""
    rows = re.findall(r"^  (\w+) +(\d+\.\d) +(\d+\.\d)$", text, flags=re.MULTILINE)
    return {name: (float(first), float(second)) for name, first, second in rows}


def test_nist_regression(tmp_path):
    pytest.importorskip("scipy")
    pytest.importorskip("matplotlib")
    names = ["Misra1a", "Chwirut2", "Rat43"]
    chosen = [word for name in names for word in ("--dataset", name)]
    picture = tmp_path / "fits.png"

    text = run("nist_regression.py", *chosen, "--output", str(picture), folder=tmp_path)

    digits = digits_by_dataset(text)
    assert list(digits) == names
    assert all(min(both) >= 4 for both in digits.values()), digits
    assert "6 of 6 fits reached the certified solution" in text
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_nist_regression_without_a_picture(tmp_path):
    pytest.importorskip("scipy")
    text = run("nist_regression.py", "--dataset", "DanWood", "--no-plot", folder=tmp_path)
    assert min(digits_by_dataset(text)["DanWood"]) >= 4
    assert not list(tmp_path.glob("*.png"))


@pytest.mark.skipif(
    os.environ.get("SRCGRAD_GALLERY") == "site", reason="the build of the site runs them"
)
@pytest.mark.parametrize("name", drawn(GALLERY))
def test_gallery(name, tmp_path):
    """Each script checks what it finds; here it is run."""
    pytest.importorskip("scipy")
    pytest.importorskip("matplotlib")
    run(f"{name}.py", folder=tmp_path)


def test_there_is_a_gallery():
    """Pages of the site, of scripts with a title, cells of text, a check, and a picture at the end."""
    assert len(GALLERY) >= 15
    for name in GALLERY:
        text = (ROOT / "examples" / f"{name}.py").read_text()
        assert re.match(r'"""\n.+\n=+\n\n', text), name
        assert "\n# %%\n" in text, name
        assert re.search(r"^\s*(assert|check_grads)\b", text, re.MULTILINE), name
        assert text.endswith("\nplt.show()\n"), name


def test_torch_simulation(tmp_path):
    pytest.importorskip("torch")
    text = run("joining/torch_simulation.py", folder=tmp_path)
    losses = [float(loss) for loss in re.findall(r"loss (\S+)", text)]
    assert losses[-1] < losses[0] / 20
    assert "gradcheck of the simulation: passed" in text


def test_jax_root(tmp_path):
    pytest.importorskip("jax")
    text = run("joining/jax_root.py", folder=tmp_path)
    assert "found: [1.5 0.3 2.2]" in text
    assert "forward and reverse mode agree: True" in text


def test_pytensor_likelihood(tmp_path):
    pytest.importorskip("pytensor")
    text = run("joining/pytensor_likelihood.py", folder=tmp_path)
    infection, recovery = re.search(r"rates.*?: \[(\S+) +(\S+)\]", text).groups()
    assert abs(float(infection) - 0.7) < 0.03 and abs(float(recovery) - 0.2) < 0.03


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return run("joining/distributed_training.py", folder=tmp_path_factory.mktemp("alone"))


PACKAGES = {"processes": (), "joblib": ("joblib",), "dask": ("dask", "distributed")}


@pytest.mark.parametrize("where", PACKAGES)
def test_distributed_training(where, alone, tmp_path):
    for name in PACKAGES[where]:
        pytest.importorskip(name)
    text = run("joining/distributed_training.py", "--on", where, folder=tmp_path)
    last = r"the sum of the weights to the last bit: (\S+)"
    assert re.search(last, text)[1] == re.search(last, alone)[1]
    assert float(re.search(r"largest error of a weight: (\S+)", text)[1]) < 0.1
    if where == "dask":
        held = re.search(r"6 shards; the workers hold \[(\d), (\d)\]", text).groups()
        assert 0 < int(held[0]) and int(held[0]) + int(held[1]) == 6
