"""Write ``docs/study-keys.md``: every key of a study or experiment file, from what checks it."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from attnconn_assets.study.keys import Key, Section, sections

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parent / "study-keys.md"

# Part of a file → what stands above its sections, and their headings.
_PARTS = {
    "study": (
        """\
# Keys of study files

A study is one YAML file. Paths in it are relative to it, `~` is the home folder, and a key that is
not listed here is refused with the closest known one. `attnconn check` reports a value that is out
of range with the file and the key. Written by `make lists` from the models that check a study;
`attnconn keys` prints the same in the terminal.
""",
        "## Every study",
    ),
    "source": (
        "## Where scans come from\n\nKeys that depend on `source`.\n",
        "### `source: {}`",
    ),
    "group": ("## Groups of keys\n", "### `{}`"),
    "score": (
        "## Further scores\n\nNamed under `scores`, with their settings: "
        "`scores: [{penalty_identification: {methods: [var_identification]}}]`.\n",
        "### `scores: {}`",
    ),
    "experiment": (
        "## Experiments\n\nAn experiment file names forecasters to train. Below `group.<name>` and "
        "`subject` stand `model` and `training`.\n",
        "### {}",
    ),
}


def page() -> str:
    """Return the page."""
    parts = []
    for part, members in groupby(sections(), key=lambda section: section.part):
        introduction, heading = _PARTS[part]
        parts += [introduction, *(_section(heading, section) for section in members)]
    return "\n".join(parts)


def _section(heading: str, section: Section) -> str:
    """Return a heading, what the keys are for, and a row per key."""
    return f"{heading.format(section.name)}\n\n{section.summary}\n\n{_table(section.keys)}"


def _table(keys: Iterable[Key]) -> str:
    rows = [_row(key) for key in keys]
    if not rows:
        return "No keys.\n"
    head = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows]) + "\n"


def _row(key: Key) -> str:
    default = key.default
    if default and default != "see below":
        default = f"`{default}`"
    stated = "**required**" if key.is_required else default or "–"
    return f"| `{key.name}` | {_cell(key.value)} | {_cell(stated)} | {_cell(key.meaning)} |"


def _cell(text: str) -> str:
    """Return one line, with single backquotes as Markdown has them."""
    return " ".join(text.split()).replace("|", r"\|").replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
