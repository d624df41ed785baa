"""Measured tables in a page that is otherwise written by hand."""

import re
from pathlib import Path

__all__ = ["replace_section"]


def replace_section(page: Path, name: str, content: str) -> None:
    """Put `content` between the page's marks ``<!-- name -->`` and ``<!-- /name -->``.

    Raises
    ------
    ValueError
        If the page doesn't have the marks.
    """
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = page.read_text(encoding="utf-8")
    found = re.search(f"{re.escape(begin)}.*?{re.escape(end)}", text, re.DOTALL)
    if found is None:
        raise ValueError(f"{page}: must hold {begin} and {end}")
    whole = f"{text[: found.start()]}{begin}\n{content}\n{end}{text[found.end() :]}"
    page.write_text(whole, encoding="utf-8")
