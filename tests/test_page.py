"""Primal and derivative side by side: which lines are linked, and the page in a real browser."""

from __future__ import annotations

import html.parser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.commands import main
from srcgrad.dispatch.request import Options, asked
from srcgrad.page import shown
from srcgrad.page.colours import coloured
from srcgrad.page.html import page
from srcgrad.page.shown import listing_of
from tests.programs import PROGRAMS

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
U = np.linspace(0.0, 1.0, 5)


def force(u, k):
    f = np.zeros_like(u)
    f[1:-1] = k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return f


def heat(u, k, n):
    """A docstring with <b>&amp;</b> and "quotes"."""
    for _ in range(n):
        u[0] *= np.exp(-k)
        u = u + 0.1 * force(u, k)
    return np.sum(u**2)


class Lines(html.parser.HTMLParser):
    """The text and the link of each line of a page, by its pane; tags must match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.lines: dict[str, list[tuple[str | None, str]]] = {"primal": [], "adjoint": []}
        self.sources: list[str] = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.sources += [v for k, v in attributes.items() if k in ("src", "href", "srcset")]
        if tag != "meta":
            self.open.append((tag, attributes))
        if "line" in (attributes.get("class") or "").split():
            pane = next(a["id"] for _, a in reversed(self.open) if a.get("class") == "pane")
            self.lines[pane].append((attributes.get("data-link"), ""))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if any(tag == "code" for tag, _ in self.open):
            pane = next(a["id"] for _, a in reversed(self.open) if a.get("class") == "pane")
            link, text = self.lines[pane][-1]
            self.lines[pane][-1] = link, text + data


def read(text: str) -> Lines:
    found = Lines()
    found.feed(text)
    assert not found.open and not found.sources
    return found


@pytest.mark.parametrize("style", ["vjp", "jvp"])
@pytest.mark.parametrize("program", PROGRAMS[::40], ids=lambda program: program.name)
def test_comments_are_linked_to_the_lines_that_they_quote(program, style):
    try:
        found = listing_of(program.f, program.fresh(), asked(style))
    except srcgrad.SrcgradError as error:
        pytest.skip(str(error))
    assert found.source == srcgrad.source(program.f, *program.fresh(), forward=style == "jvp")
    lines = read(page(found)).lines
    assert [text.rstrip() for _, text in lines["adjoint"]] == found.source.splitlines()
    primal: dict[str | None, str] = {}
    for link, text in lines["primal"]:
        primal.setdefault(link, text)
    for link, text in lines["adjoint"]:
        comment = text.strip().removeprefix("# ")
        if text.strip().startswith("# ") and link is not None:
            assert comment.startswith(primal[link].strip().rstrip("\\").strip()[:20])
    linked = [link for link, _ in lines["adjoint"] if link is not None]
    assert set(linked) <= set(primal)


def test_what_is_kept_and_both_sweeps_are_marked():
    found = listing_of(heat, (U, 0.5, 3), asked("vjp"))
    lines = found.source.splitlines()
    for number, names in found.kept.items():
        assert found.sweeps[number] == "forward"
        assert all(name in lines[number - 1] for name in names)
    pushed = [n for n, line in enumerate(lines, 1) if ".append(" in line]
    assert pushed and set(pushed) <= set(found.kept)
    turn = lines.index("    # reverse sweep") + 1
    assert [found.sweeps[turn - 1], found.sweeps[turn]] == ["forward", "reverse"]
    assert [excerpt.title for excerpt in found.excerpts] == [
        "heat (test_page.py)",
        "force (test_page.py)",
    ]
    assert found.passes[0][0] == "elaborate"
    line = heat.__code__.co_firstlineno + 3
    assert any(said.endswith(" bytes") and "*n = " in said for said in found.bytes["heat", line])
    assert "bytes</span>" in page(found)
    assert "headings" in [name for name, _ in found.passes]


def test_text_of_the_user_is_no_markup():
    text = page(listing_of(heat, (U, 0.5, 3), asked("vjp")))
    assert "<b>" not in text
    assert "http://" not in text and "https://" not in text
    assert any("<b>&amp;</b>" in line for _, line in read(text).lines["primal"])


@pytest.mark.parametrize(
    "lines",
    [
        ["    def f(self):", '        return \'<&>\' if 1 < 2 else """a', 'b"""'],
        ["x = (1,", "     'unfinished"],
        ["for i in range(3): pass  # <done>"],
        ["", "\tdef g(): return len"],
    ],
)
def test_colours_change_no_character(lines):
    parser = Lines()
    for line, text in zip(coloured(lines), lines, strict=True):
        parser.lines["primal"] = [(None, "")]
        parser.feed(f'<div class="pane" id="primal"><code>{line}</code></div>')
        assert parser.lines["primal"][-1][1] == text


def test_a_page_is_written_where_it_is_asked_for(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(shown.webbrowser, "open", opened.append)
    monkeypatch.setenv("DISPLAY", ":0")
    path = srcgrad.view(heat, U, 0.5, 3, path=tmp_path / "heat.html")
    assert path == tmp_path / "heat.html" and not opened
    gradient = srcgrad.grad(heat, (0, 1))
    made = gradient.view(U, 0.5, 3)
    try:
        assert opened == [made.as_uri()]
        assert ", k_bar" in made.read_text("utf-8")
    finally:
        made.unlink()


def test_a_notebook_shows_what_was_called_last():
    gradient = srcgrad.grad(heat, (0, 1))
    assert gradient._repr_html_() is None  # refused for the arrays that are assumed
    gradient(U, 0.5, 3)
    assert "k: float; n: int" in gradient._repr_html_()
    assert gradient._repr_html_().startswith("<iframe srcdoc=")


def test_the_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "model", raising=False)
    model = tmp_path / "model.py"
    model.write_text("def cube(x: float):\n    return x * x * x\n")
    target = tmp_path / "cube.html"
    assert main(["view", f"{model}:cube", "-o", str(target)]) == 0
    assert capsys.readouterr().out.strip() == str(target)
    assert "x * x * x" in re.sub("<.*?>", "", target.read_text("utf-8"))
    assert main(["view", f"{model}:cube", "-o", str(tmp_path / "missing" / "cube.html")]) == 2
    assert "the page cannot be written" in capsys.readouterr().err


ACTIONS = """
<script>
const say = [];
const near = () => document.querySelectorAll("#primal .near, #primal .pinned").length;
const press = (key) => document.body.dispatchEvent(
  new KeyboardEvent("keydown", {key, bubbles: true}));
say.push(near());
const line = document.querySelector("#adjoint [data-link]");
line.dispatchEvent(new MouseEvent("mouseenter")); say.push(near());
line.dispatchEvent(new MouseEvent("mouseleave")); say.push(near());
line.click(); say.push(near());
press("Escape"); say.push(near());
press("j"); say.push(near());
press("ArrowLeft"); say.push(document.getElementById("source").hidden);
press("ArrowRight"); say.push(document.getElementById("source").hidden);
press("t"); say.push(document.documentElement.dataset.theme);
press("t"); say.push(document.documentElement.dataset.theme);
document.title = say.join(" ");
</script>
"""


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_lines_pins_passes_and_themes_in_a_browser(tmp_path: Path):
    text = page(listing_of(heat, (U, 0.5, 3), asked("vjp", options=Options())))
    file = tmp_path / "page.html"
    file.write_text(text.replace("</body>", ACTIONS + "</body>"), "utf-8")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-sync".split()
    flags += ["--disable-background-networking", "--disable-component-update"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [CHROMIUM, *flags, profile, "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    title = re.search("<title>(.*?)</title>", done.stdout)
    assert title is not None, done.stderr
    said = title[1].split()
    assert said[:8] == ["0", "1", "0", "1", "0", "1", "true", "false"]
    assert sorted(said[8:]) == ["dark", "light"]
