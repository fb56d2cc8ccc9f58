"""Histories of files: random sequences of imports, calls and changes of the text on disk.

The code that was imported runs, whatever the file says now. A call gives that code's derivative, or
is refused where the file does not say the same any more; equal code in two files keeps its origin.
"""

import random
import re
import textwrap

import numpy as np
import pytest

import srcgrad
from tests.cached import imported

pytest_plugins = ("tests.cached",)

TEXT = textwrap.dedent("""
    import numpy as np

    RATE = 2.0

    def shared(x, k=0.5):
        return np.tanh(k * x)

    def f(x):
        return np.sum(RATE * shared(x) * x)

    def outer(x):
        def inner(y, n=3.0):
            return np.sin(y) * n
        return np.sum(inner(x) + [v * 4.0 for v in x][0])

    class Model:
        def __init__(self, k=1.5):
            self.k = k

        def loss(self, x):
            return np.sum(self.k * x * shared(x))

    h = lambda x: np.sum(x * x) * 7.0
""")
NAMES = {"f": ("shared", "f"), "outer": ("outer",), "loss": ("shared", "Model"), "h": ("h",)}
SAME = {  # what leaves the code as it is; it is refused where it stands on other lines
    "a comment": lambda text: text.replace("* x)\n", "* x)  # of all\n", 1),
    "lines above": lambda text: "\n\n# more\n" + text,
    "lines between": lambda text: text.replace("\nclass Model", "\nUNUSED = 1\n\n\nclass Model"),
    "spaces": lambda text: text.replace("k * x)\n", "k*x)\n", 1),
}
OTHER = {  # and what does not, with the functions that it changes
    "a constant": (lambda text: text.replace("* 7.0", "* 8.0"), "h"),
    "an operator": (lambda text: text.replace("np.tanh(k * x)", "np.tanh(k + x)"), "shared"),
    "a default inside": (lambda text: text.replace("n=3.0", "n=5.0"), "outer"),
    "a comprehension": (lambda text: text.replace("v * 4.0", "v * 6.0"), "outer"),
    "a method": (lambda text: text.replace("self.k * x *", "self.k + x *"), "Model"),
    "another name": (lambda text: text.replace("np.sin(y)", "np.cos(y)"), "outer"),
    "a body": (lambda text: text.replace("return np.sum(RATE", "return np.max(RATE"), "f"),
}


class Files:
    """Two files of one text, modules that were imported from them, and what the files say."""

    def __init__(self, folder, chooser):
        self.chooser, self.modules, self.log = chooser, [], []
        self.paths = [folder / "first.py", folder / "second.py"]
        self.texts = [TEXT, TEXT]
        for path in self.paths:
            path.write_text(TEXT)
        self.take(0)

    def take(self, k):
        name = f"history_of_files_{id(self)}_{len(self.modules)}"
        self.modules.append((k, imported(self.paths[k], name), self.texts[k]))

    def step(self):
        k = self.chooser.randrange(2)
        what = self.chooser.choice(
            ["import", "same", "other", "back", "gone", "call", "call", "call"]
        )
        self.log.append((what, k))
        if what == "import":
            self.texts[k] = self.texts[k] or TEXT
            self.paths[k].write_text(self.texts[k])
            self.take(k)
        elif what == "same" and self.texts[k] is not None:
            self.write(k, self.chooser.choice(list(SAME.values()))(self.texts[k]))
        elif what == "other" and self.texts[k] is not None:
            self.write(k, self.chooser.choice(list(OTHER.values()))[0](self.texts[k]))
        elif what == "back":
            self.write(k, TEXT)
        elif what == "gone":
            self.paths[k].unlink(missing_ok=True)
            self.texts[k] = None
        else:
            self.call(*self.chooser.choice(self.modules), self.chooser.choice(list(NAMES)))

    def write(self, k, text):
        self.texts[k] = text
        self.paths[k].write_text(text)

    def call(self, k, module, was, name):
        """The derivative of what runs; it may be refused where the file says something else."""
        function = module.Model(1.25).loss if name == "loss" else getattr(module, name)
        dtype = self.chooser.choice([np.float64, np.float32])
        x = np.linspace(0.5, 1.5, self.chooser.choice([1, 2, 3])).astype(dtype)
        try:
            value, (x_bar,) = srcgrad.value_and_vjp(function, (x,))
        except srcgrad.MissingSource:
            now = self.texts[k]
            changed = now is None or any(part(now, p) != part(was, p) for p in NAMES[name])
            assert changed, self.log
            return
        steps = 1e-6 * np.eye(x.size)
        wide = x.astype(float)
        expected = [(function(wide + s) - function(wide - s)) / 2e-6 for s in steps]
        np.testing.assert_allclose(value, function(x), 1e-6, err_msg=str(self.log))
        np.testing.assert_allclose(x_bar, expected, 1e-4, 1e-5, err_msg=str(self.log))
        assert x_bar.dtype == dtype and value.dtype == function(x).dtype
        if self.texts[k] is not None:
            assert self.paths[k].name in srcgrad.source(function, x), self.log


def part(text, name):
    """What a text says of a function, without comments and spaces, and from which line on."""
    found = re.search(rf"^(def|class)? ?{name}\b.*?(?=^\S|\Z)", text, re.DOTALL | re.MULTILINE)
    return re.sub(r"#.*|\s", "", found[0]), text[: found.start()].count("\n")


@pytest.mark.parametrize("seed", range(12))
def test_a_history_of_files(seed, tmp_path, folder):
    files = Files(tmp_path, random.Random(seed))
    for _ in range(14):
        files.step()


@pytest.mark.parametrize("change", OTHER)
def test_what_the_file_says_otherwise_is_refused_at_the_first_call(change, tmp_path, folder):
    files = Files(tmp_path, random.Random(0))
    edit, part_name = OTHER[change]
    files.write(0, edit(TEXT))
    _, module, _ = files.modules[0]
    x = np.array([0.5, 1.5])
    for name, parts in NAMES.items():
        function = module.Model().loss if name == "loss" else getattr(module, name)
        if part_name in parts:
            with pytest.raises(srcgrad.MissingSource, match="import the file anew"):
                srcgrad.vjp(function, (x,))
        else:
            assert srcgrad.vjp(function, (x,))[0].shape == (2,)
