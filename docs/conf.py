"""The documentation site: ``python -m sphinx -W docs docs/_build``, with the extra ``docs`` installed.

The pages are plain Markdown, read on the site and in the repository. Nothing is fetched from the
network, neither when the site is built nor when it is read; the search is Sphinx's own.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.ext.autodoc.mock import _MockObject

from srcgrad.version import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = author = "srcgrad"
copyright = "the srcgrad contributors"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "news", "sg_execution_times.rst"]

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_mock_imports = ["torch", "jax", "pytensor"]  # the reference needs none of them
_MockObject.__setitem__ = lambda mock, key, value: None  # where primitives are registered
autodoc_typehints = "none"  # the docstrings say what is taken and given
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False  # several names may share one entry

# The scripts of the gallery are run where they are; a script that fails fails the build.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "ignore_pattern": r"backward_gradient\.py|nist_regression\.py",  # for a command line
    "within_subsection_order": "FileNameSortKey",
    "capture_repr": (),
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = f"srcgrad {version}"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}

# Files of the repository that are pages here: links to them lead to the page.
OUTSIDE = {
    "CONTRIBUTING.md": "contributing",
    "SECURITY.md": "security",
    "CHANGELOG.md": "changelog",
    "benchmarks/RESULTS.md": "results",
    "benchmarks/WHOLE.md": "whole",
    "examples/GALLERY_HEADER.rst": "gallery/index",
}


def lead_to_pages(app: Any, name: str, content: list[str]) -> None:
    """Links to files outside of this folder, as links to the pages that show them."""
    for file, page in OUTSIDE.items():
        suffix = Path(file).suffix
        content[0] = re.sub(rf"\]\((\.\./)+{re.escape(file)}", f"](/{page}{suffix}", content[0])


def list_functions(app: Any, name: str, content: list[str]) -> None:
    """The page of functions that are known, with the list of them."""
    if name == "coverage":
        from known_functions import tables

        content[0] = content[0].replace("<!-- the list -->", tables())


def setup(app: Any) -> dict[str, Any]:
    app.connect("source-read", lead_to_pages)
    app.connect("source-read", list_functions)
    app.add_lexer("output", TextLexer)  # what blocks print
    return {"parallel_read_safe": True}
