"""The draft of a study file: what was found in a folder of scans, and the keys to begin with."""

import datetime
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pandas.api.types import is_numeric_dtype

from attnconn_assets.operation.check.check import check
from attnconn_assets.operation.check.findings import Findings
from attnconn_assets.operation.draft.guess import (
    file_paths,
    guessed_source,
    needed_keys,
    phenotype_table,
    valid_name,
)
from attnconn_assets.operation.draft.unedited import is_unedited, signed
from attnconn_assets.study.schema import study_schema
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError
from attnconn_core.sources.tables import read_table
from attnconn_core.wording import first_few

__all__ = ["SCHEMA", "Draft", "draft_study"]

SCHEMA = "attnconn-study.schema.json"
"""The file of the schema beside a study, to which the study's first line refers."""

_SECONDS = 20.0  # spent on reading headers
_MOST_COLUMNS = 12
_ROWS = 50  # of a table of people that are looked at


@dataclass(frozen=True)
class Draft:
    """A study file that was written, and what a check of it found."""

    file: Path
    findings: Findings


def draft_study(
    root: Path, file: Path | None, source: str | None, keys: Mapping[str, Any]
) -> Draft:
    """Look at a folder of scans, and write a commented study file.

    Parameters
    ----------
    root
        The folder of the scans.
    file
        The file to write; None for ``<name>.yaml`` in the current folder.
    source
        Value of ``source``; None to guess it from the folder.
    keys
        Further keys of the study, which replace those that are guessed.

    Raises
    ------
    StudyError
        If the folder or a key can't be used, or the file exists and isn't an unedited draft;
        nothing is written then.
    """
    if not root.is_dir():
        raise StudyError(f"{root}: must be a folder of scans; there is none")
    name = str(keys.get("name", valid_name(file.stem if file else root.resolve().name)))
    file = Path.cwd() / f"{name}.yaml" if file is None else file.resolve()
    if file.exists() and not is_unedited(file.read_text(encoding="utf-8", errors="replace")):
        raise StudyError(
            f"{file}: exists already and is kept; edit it, or name another with --output"
        )
    if not file.parent.is_dir():
        raise StudyError(f"{file}: its folder must exist")
    paths = file_paths(root)
    source = source or guessed_source(root, paths)
    content = {
        "name": name,
        "title": f"{root.resolve().name} ({source})",
        "source": source,
        "root": _beside(root, file.parent),
        **needed_keys(source, paths),
        **keys,
    }
    findings = _checked(file, content, keys)
    text = signed("\n".join(_lines(root, file, content, findings)))
    file.with_name(SCHEMA).write_text(
        json.dumps(study_schema(), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    file.write_text(text, encoding="utf-8")
    return Draft(file, findings)


def _beside(path: Path, folder: Path) -> str:
    """Return a path as a study in a folder has it: relative if it lies below the folder."""
    path = path.resolve()
    return os.path.relpath(path, folder) if path.is_relative_to(folder) else str(path)


def _checked(file: Path, content: Mapping[str, Any], given: Collection[str]) -> Findings:
    """Check a study before it is written, from a hidden file beside it.

    `given` are the keys that the user gave.
    """
    trial = file.with_name(f".{file.stem}.{os.getpid()}.yaml")
    trial.write_text(yaml.safe_dump(dict(content)), encoding="utf-8")
    try:
        return check(load_study(trial), seconds=_SECONDS)
    except StudyError as error:
        raise StudyError(_in_terms_of_init(str(error), trial, file, given)) from error
    finally:
        trial.unlink()


def _in_terms_of_init(message: str, trial: Path, file: Path, given: Collection[str]) -> str:
    """Return an error of the trial file, which a user doesn't see, in terms of the command."""
    blamed = [key for key in given if re.search(rf"(?<!\w){re.escape(key)}(?!\w)", message)]
    if blamed:
        options = " ".join(f"--set {key}=…" for key in blamed)
        return f"{options}: {message.replace(f'{trial}: ', '')} (nothing is written)"
    return f"{message.replace(str(trial), file.name)}. Give keys with --set KEY=VALUE"


def _lines(root: Path, file: Path, content: Mapping[str, Any], findings: Findings) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA}"
    today = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
    yield f"# Drafted by `attnconn init` on {today}. `attnconn keys` describes every key."
    yield "#"
    for heading, lines in (
        ("Found", findings.plan),
        ("To look at", findings.warnings),
        ("To correct", findings.errors),
    ):
        if lines:
            yield f"# {heading}:"
            yield from (f"#   {line}" for line in lines)
    yield ""
    yield from (f"{key}: {_written(value)}" for key, value in content.items())
    yield ""
    if "confounds" in content and "scrub" not in content:
        yield "# Frames that moved more (mm) end a run; none are left out by default."
        yield "# scrub: {fd_threshold: 0.5}"
        yield ""
    yield from _suggestions(root.resolve(), file, content, findings)
    yield ""


def _written(value: object) -> str:
    """Return a value in one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=float("inf"))
    return text.removesuffix("...\n").strip()


def _suggestions(
    root: Path, file: Path, content: Mapping[str, Any], findings: Findings
) -> Iterator[str]:
    """Yield keys that studies often have, as comments that can be used as they are."""
    yield "# What is computed; by default the six methods of the original study. `attnconn methods`"
    yield "# lists all."
    yield "# methods: [pearson, partial, granger, var_identification]"
    yield ""
    yield "# Which two sessions of a subject are compared, by name; by default the first two."
    yield f"# sessions: {_written(list(findings.session_names[:2]) or ['test', 'retest'])}"
    yield ""
    table = phenotype_table(root)
    columns, numeric = _columns(table) if table else (["participant_id", "age"], ["age"])
    yield "# Behaviour: a table with one row per subject, and the columns to predict."
    if table:
        yield f"# {table.name} has the columns {first_few(columns, _MOST_COLUMNS)}."
    yield f"# phenotypes: {_beside(table, file.parent) if table else 'participants.tsv'}"
    targets = f", targets: [{numeric[-1]}]" if numeric else ""
    yield f"# behaviour: {{subject_column: {columns[0]}{targets}}}"
    if words := [column for column in columns[1:] if column not in numeric]:
        yield f"# A column of words needs numbers: coding: {{{words[0]}: {{M: 1, F: 2}}}}"
    yield ""
    yield "# Sessions to leave out of group results."
    rule = "max_motion_mean: 0.5" if "confounds" in content else "min_minutes: 1"
    yield f"# exclude: {{{rule}}}"


def _columns(table: Path) -> tuple[list[str], list[str]]:
    """Return the columns of a table, and those after the first that hold numbers."""
    rows = read_table(table, nrows=_ROWS)
    numeric = [str(name) for name in rows.columns[1:] if is_numeric_dtype(rows[name])]
    return [str(column) for column in rows.columns], numeric
