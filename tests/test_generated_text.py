"""The generated text: its comments, and that it is the same from run to run."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import srcgrad
from srcgrad.source.text import remember
from tests.test_traps import TRAPS


def commented(a, b):
    u = a * b
    v = np.sin(u) + a
    if v > 0.5:
        v = v * u
    for _ in range(2):
        u = u * v + np.cos(a)
    return u * v


def test_each_comment_is_a_line_of_the_primal(mode):
    lines = Path(__file__).read_text().splitlines()
    at = commented.__code__.co_firstlineno
    primal = [line.strip() for line in lines[at - 1 : at + 9]]
    text = srcgrad.source(commented, 0.7, 1.2)
    comments = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("# ")]
    comments = [c for c in comments if not c.endswith(" sweep")]
    assert len(comments) >= 4
    assert not [c for c in comments if c not in primal and c != "u = u * v + np.cos(a)"]


def test_comments_stand_at_the_lines_that_they_belong_to(mode):
    """The line below a comment computes with what the line of the primal reads."""
    text = srcgrad.source(commented, 0.7, 1.2)
    lines = [line.strip() for line in text.splitlines()]
    backwards = lines[lines.index("# reverse sweep") :]
    order = [
        backwards.index(f"# {line}")
        for line in ("return u * v", "u = u * v + np.cos(a)", "v = v * u", "v = np.sin(u) + a")
    ]
    assert order == sorted(order)
    assert f"(test_generated_text.py:{commented.__code__.co_firstlineno})" in text


PROGRAM = """
import sys
import numpy as np
import srcgrad
from tests.test_traps import TRAPS
for name in sorted(TRAPS):
    f, inputs = TRAPS[name]
    print(srcgrad.source(f, *inputs))
"""


def test_the_text_does_not_depend_on_hash_seeds(tmp_path):
    root = Path(__file__).parent.parent
    texts = set()
    for seed in ("0", "1", "4711"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(root),
            "SRCGRAD_CACHE_DIR": str(tmp_path / seed),
        }
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        texts.add(done.stdout)
    assert len(texts) == 1


def test_the_text_does_not_depend_on_what_was_generated_before(mode):
    before = srcgrad.source(commented, 0.7, 1.2)
    for f, inputs in list(TRAPS.values())[:20]:
        srcgrad.source(f, *inputs)
    assert srcgrad.source(commented, 0.7, 1.2) == before


def chosen(x, p, mode):
    return (x * p[mode]).sum()


@pytest.mark.parametrize(
    "text",
    [
        'x"""\n    NOTED.append(1)\n    """',
        "x'''\nNOTED.append(1)\n'''\\",
        "x\\\n'''\"\"\"\nNOTED.append(1)\n#",
        "\n\nNOTED.append(1)\n\n# record: ()",
        "\r\x0c\u2028NOTED.append(1)",
    ],
)
def test_text_in_arguments_is_never_run(text):
    source = srcgrad.source(chosen, np.ones(2), {text: 2.0}, text)
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert "NOTED" in source and "NOTED" not in names
    x_bar, p_bar, _ = srcgrad.vjp(chosen, (np.ones(2), {text: 2.0}, text))
    np.testing.assert_array_equal(x_bar, [2.0, 2.0])
    assert p_bar == {text: 2.0}


# --- names and docstrings -----------------------------------------------------------------------


def unpacked(params, x):
    (weights, offset), [scale, _] = params
    return np.sum(scale * np.tanh(weights @ x + offset))


def layer(params, x):
    w, b = params
    return np.tanh(w @ x + b)


def layered(params, x):
    for part in params:
        x = layer(part, x)
    return np.sum(x)


def taken(w, pair):
    first = pair[0]
    w = w * first
    w, first = pair
    return np.sum(w * first)


def test_items_of_inputs_have_the_names_that_they_are_unpacked_into(mode):
    inputs = ((np.eye(2), np.ones(2)), [2.0, 1]), np.ones(2)
    text = srcgrad.source(unpacked, *inputs)
    assert "return ((weights_bar, offset_bar), [scale_bar, None]), x_bar" in text
    assert "weights = params0[0]" in text
    text = srcgrad.source(layered, [(np.eye(2), np.ones(2)), (np.eye(2), np.ones(2))], np.ones(2))
    assert "w = params0[0]" in text
    assert "b0 = params[1]" in text
    assert "params_bar" not in text


def test_names_that_are_taken_are_told_apart(mode):
    w, pair = np.array([1.0, 2.0]), (np.array([3.0, 4.0]), np.array([5.0, 6.0]))
    found = srcgrad.vjp(taken, (w, pair))
    np.testing.assert_array_equal(found[0], [0.0, 0.0])
    np.testing.assert_array_equal(found[1][0], pair[1])
    np.testing.assert_array_equal(found[1][1], pair[0])
    assert "first0 = pair[1]" in srcgrad.source(taken, w, pair)


class Model:
    def __init__(self, count):
        for k in range(count):
            setattr(self, f"weights_of_layer_{k}", np.ones(2))


def of_many(p, x):
    return np.sum(x)


@pytest.mark.parametrize(
    ("params", "outline"),
    [
        ({f"weights_{k}": np.ones(2) for k in range(30)}, "p: dict of 30; x: float64[n]"),
        ([(np.ones(2), np.ones(2))] * 30, "p: list of 30; x: float64[n]"),
        (((1.0,) * 50), "p: tuple of 50; x: float64[n]"),
        (Model(30), "p: Model; x: float64[n]"),
    ],
)
def test_docstrings_of_large_inputs_are_short(params, outline):
    text = srcgrad.source(of_many, params, np.ones(2))
    doc = next(line for line in text.splitlines() if '"""' in line)
    assert outline in doc
    assert len(doc) < 200


def test_docstrings_of_many_inputs_are_short():
    names = [f"parameter_{k}" for k in range(40)]
    namespace = {}
    code = f"def many({', '.join(names)}):\n    return {' + '.join(names)}\n"
    path = "<many>"
    remember(path, code)
    exec(compile(code, path, "exec"), namespace)
    text = srcgrad.source(namespace["many"], *[1.0, 2] * 20)
    doc = next(line for line in text.splitlines() if '"""' in line)
    assert doc.endswith(' for 40 parameters."""')


@pytest.mark.parametrize(
    "u", [np.array([1, 2], np.uint8), np.array([True, False]), np.array([0, 3])]
)
def test_a_sign_is_not_moved_to_whole_numbers(u):
    def f(x):
        return -(u * x)

    x = np.array([0.5, 0.25])
    value, (x_bar,) = srcgrad.value_and_vjp(f, (x,), np.ones(2))
    np.testing.assert_array_equal(value, f(x))
    np.testing.assert_array_equal(np.signbit(value), np.signbit(f(x)))
    np.testing.assert_array_equal(x_bar, -1.0 * u)
    np.testing.assert_array_equal(srcgrad.jvp(f, (x,), (np.ones(2),))[1], -1.0 * u)
