"""Configuration of the documentation site; `make docs` builds it with warnings as errors."""

import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # study_keys, which writes a page

project = "attnconn"
author = "the attnconn developers"
release = version = importlib.metadata.version("attnconn")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
]
root_doc = "index"
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"attnconn {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]

# A name in single backquotes is a link where the page's module has it.
default_role = "py:obj"
autodoc_typehints = "signature"
autodoc_member_order = "groupwise"
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

myst_enable_extensions = ["dollarmath", "fieldlist"]
myst_heading_anchors = 3
