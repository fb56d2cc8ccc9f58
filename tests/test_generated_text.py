"""The generated text: its comments, and that it is the same from run to run."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import srcgrad
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
