"""Write measured tables into a page that is otherwise written by hand."""

import re
from pathlib import Path

__all__ = ["replace_section", "section"]


def replace_section(page: Path, name: str, content: str) -> None:
    """Replace the text between the page's marks ``<!-- name -->`` and ``<!-- /name -->``.

    Raises
    ------
    ValueError
        If the page doesn't have the marks.
    """
    text = page.read_text(encoding="utf-8")
    found = _marked(page, text, name)
    whole = f"{text[: found.start(1)]}\n{content}\n{text[found.end(1) :]}"
    page.write_text(whole, encoding="utf-8")


def section(page: Path, name: str) -> str:
    """Return the text between the marks, as `replace_section` wrote it.

    Raises
    ------
    ValueError
        If the page doesn't have the marks.
    """
    return _marked(page, page.read_text(encoding="utf-8"), name)[1].strip("\n")


def _marked(page: Path, text: str, name: str) -> re.Match[str]:
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    found = re.search(f"{re.escape(begin)}(.*?){re.escape(end)}", text, re.DOTALL)
    if found is None:
        raise ValueError(f"{page}: must hold {begin} and {end}")
    return found
