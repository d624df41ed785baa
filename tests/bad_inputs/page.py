"""Write ``docs/bad-inputs.md``: every bad input of `cases`, with the message it gets."""

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from attnconn_assets.__main__ import main
from tests.bad_inputs.cases import CASES, COMMANDS, Case

__all__ = ["PAGE", "page", "said", "said_by_command"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bad-inputs.md"
_LONGEST = 400

_INTRODUCTION = """\
# Bad inputs, and the messages they get

Each row is an input that attnconn refuses, by the door it comes in, with the error's class and
message. `…/` stands for the folder. A session with a bad scan costs itself: the others are made,
and the message stands beside it. Written by `make lists`; held by `tests/bad_inputs`.
"""


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def said(case: Case, folder: Path) -> Exception | None:
    """Return what a bad input raises; None if nothing."""
    with _environment():
        try:
            case.use(folder)
        except Exception as problem:  # whatever it is, the test judges it
            return problem
    return None


def said_by_command(arguments: list[str]) -> tuple[object, str]:
    """Return the exit status and what is written to the error stream."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        try:
            status: object = main(arguments)
        except SystemExit as end:
            status = end.code
    return status, errors.getvalue()


def page() -> str:
    """Return the page."""
    rows: dict[str, list[str]] = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            problem = said(case, Path(folder))
            text = str(problem).replace(f"{Path(folder).resolve()}/", "…/")
            text = text.replace(f"{folder}/", "…/").replace(folder, "…")
            text = text.replace(f"{Path.cwd()}/", "…/")
        rows.setdefault(case.door, []).append(
            f"| {_cell(case.what)} | {type(problem).__name__} | {_cell(text)} |"
        )
    for what, (arguments, _) in COMMANDS.items():
        told = said_by_command(arguments)[1].strip().splitlines()[-1]
        rows.setdefault("command line", []).append(f"| {what} | exit 2 | {_cell(told)} |")
    parts = [_INTRODUCTION]
    for door, lines in rows.items():
        parts.append(f"## {door}\n\n| input | error | message |\n| --- | --- | --- |")
        parts[-1] += "\n" + "\n".join(lines) + "\n"
    return "\n".join(parts)


def _cell(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    return re.sub(r"([|<>*_`\\])", r"\\\1", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
