"""The page of the report, rendered from an HTML template."""

from pathlib import Path
from typing import Any

import jinja2

__all__ = ["rendered", "template_source"]


def template_source() -> str:
    """Return the template's text."""
    return (Path(__file__).parent / "report.html").read_text(encoding="utf-8")


def rendered(**content: Any) -> bytes:
    """Return the rendered page; all values are escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template_source()).render(**content).encode()
