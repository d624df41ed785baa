"""The page of the report, rendered from HTML templates."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

__all__ = ["rendered", "template_source"]

_TEMPLATES = Path(__file__).parent / "templates"


def template_source() -> str:
    """Return the text of all templates, which a change of the page changes."""
    files = sorted(path for path in _TEMPLATES.rglob("*") if path.is_file())
    return "".join(path.read_text(encoding="utf-8") for path in files)


def rendered(**content: Any) -> bytes:
    """Return the rendered page; all values are escaped, and no other script can run in it."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(_TEMPLATES),
    )
    scripts = [_script("page.js")]
    if content.get("viewer"):
        scripts += [get_plotlyjs(), _script("viewer.js")]
    return (
        environment.get_template("report.html")
        .render(
            scripts=[Markup(script) for script in scripts],  # noqa: S704  (files, no values)
            script_hashes=Markup(" ".join(map(_hash, scripts))),  # noqa: S704
            **content,
        )
        .encode()
    )


def _script(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """Return a script's hash as a page's policy has it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
