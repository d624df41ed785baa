"""Metadata of partitions on Dagster's pages: pictures, tables, numbers and links."""

import base64
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
from PIL import Image

from attnconn_assets.building.result import Result
from attnconn_assets.instance.data_versions import CONTENT_HASH
from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_assets.storage.formats import schema_of

__all__ = [
    "failure",
    "files",
    "noted",
    "numbers",
    "of_facts",
    "of_result",
    "picture",
    "pictures",
    "provenance",
    "schema",
    "table",
]

_ROWS_SHOWN = 60
# Facts that are shown under another name than in the manifest.
_NAMES = {"excluded": "left out"}
_UNSHOWN = {"read", "metrics", "cohort", "warnings"}
_LONGEST = 2000  # most characters of a fact that is shown in full
_ENCODED = re.compile(r"[A-Za-z0-9+/]{71,}=*")  # base64, longer than a hash
_MOST_COLUMNS = 20  # most columns of a series or matrix that are all shown
_WIDEST = 1100  # pixels; Dagster crops wider pictures


def of_result(result: Result, facts: Mapping[str, Any], named: str = "") -> dict[str, Any]:
    """Return the metadata of a result: warnings, figures and tables first, then numbers and facts.

    Parameters
    ----------
    result
        The result of the body.
    facts
        All facts of the manifest, including those of the result.
    named
        Asset and partition, which stand above the figures.
    """
    shown: dict[str, Any] = {f"warning: {m}": why for m, why in result.warnings.items()}
    shown |= pictures(result.pictures, named)
    shown |= {name: table(content) for name, content in result.tables.items()}
    shown |= numbers(result.metrics)
    shown |= of_facts({name: value for name, value in facts.items() if name not in shown})
    for content in (*result.tables.values(), *result.files.values()):
        columns = schema(content)
        if columns:
            return shown | columns
    return shown


def of_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata of the manifest's facts, and of the files that a partition was made from."""
    shown = {
        _NAMES.get(name, name): _fact(value)
        for name, value in facts.items()
        if name not in _UNSHOWN and value not in (None, "", {}, []) and not _is_encoded(value)
    }
    if facts.get("read") and "sha256" in facts["read"][0]:
        shown["made from"] = files(facts["read"])
    return shown


def pictures(figures: Mapping[str, bytes], named: str) -> dict[str, Any]:
    """Return figures by name, each below a line with the name of what it shows."""
    return {name: picture(png, named) for name, png in figures.items()}


def picture(png: bytes, named: str = "") -> dg.MetadataValue:
    """Return a figure as an inline image, scaled to fit Dagster's window, below its name."""
    image = Image.open(io.BytesIO(png))
    if image.width > _WIDEST:
        height = round(image.height * _WIDEST / image.width)
        smaller = io.BytesIO()
        image.convert("RGB").resize((_WIDEST, height), Image.Resampling.LANCZOS).save(
            smaller, "png"
        )
        png = smaller.getvalue()
    # A line of code, in which Markdown changes no character.
    above = f"`{named.replace('`', '')}`\n\n" if named else ""
    return dg.MetadataValue.md(
        f"{above}![figure](data:image/png;base64,{base64.b64encode(png).decode('ascii')})"
    )


def numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return finite numbers as metadata that Dagster plots over time."""
    return {
        name: float(value) if isinstance(value, float | np.floating) else int(value)
        for name, value in values.items()
        if value is not None and np.isfinite(value)
    }


def schema(content: Any) -> dict[str, Any]:
    """Return the columns of stored content as metadata; empty if it has none.

    Dagster shows them above all else, where a row per region would hide the rest: the first
    region stands for all.
    """
    columns = list(schema_of(content))
    if len(columns) > _MOST_COLUMNS and not isinstance(content, pd.DataFrame):
        alike = [name for name, _, meaning in columns if meaning is None]
        rest = set(alike[1:])
        columns = [column for column in columns if column[0] not in rest]
        summed_up = f"and {len(rest)} more such columns, to {alike[-1]}"
        columns = [(name, kind, meaning or summed_up) for name, kind, meaning in columns]
    shown = [dg.TableColumn(*column) for column in columns]
    return {"dagster/column_schema": dg.TableSchema(shown)} if shown else {}


def table(values: pd.DataFrame) -> dg.MetadataValue:
    """Return the first rows of a table as metadata, with four digits."""
    shown = values.head(_ROWS_SHOWN)
    header = _row(shown.columns) + "\n" + "|---" * shown.shape[1] + "|\n"
    rows = "\n".join(_row(row) for row in shown.itertuples(index=False))
    more = f"\n\n… and {len(values) - _ROWS_SHOWN} more rows" if len(values) > _ROWS_SHOWN else ""
    return dg.MetadataValue.md(header + rows + more)


def _row(values: Iterable[Any]) -> str:
    cells = (f"{value:.4g}" if isinstance(value, float) else str(value) for value in values)
    # An unescaped bar would end the cell, and a line break the row.
    return (
        "| " + " | ".join(" ".join(cell.replace("|", r"\|").split("\n")) for cell in cells) + " |"
    )


def failure(headline: str, failed: Mapping[str, str]) -> dg.Failure:
    """Return the failure of a run that lists what failed and why; it isn't retried."""
    reasons = " | ".join(f"{name}: {why}" for name, why in failed.items())
    return dg.Failure(
        description=f"{headline}. {reasons}",
        metadata={"failed": dg.MetadataValue.json(dict(failed))},
        allow_retries=False,
    )


def files(facts: Sequence[Mapping[str, Any]]) -> dg.MetadataValue:
    """Return the paths, sizes and SHA-256 of read files as metadata."""
    shown = pd.DataFrame(facts)[["path", "bytes", "sha256"]]
    return table(shown)


def _is_encoded(value: Any) -> bool:
    """Whether a fact holds numbers as encoded text, such as a signature of a scan."""
    match value:
        case str():
            return _ENCODED.fullmatch(value) is not None
        case Mapping():
            return any(map(_is_encoded, value.values()))
        case list() | tuple():
            return any(map(_is_encoded, value))
    return False


def _fact(value: Any) -> Any:
    """Return a fact as metadata; if it is long, the number of its entries."""
    if isinstance(value, bool | int | float | str):
        return value
    long = len(json.dumps(value)) > _LONGEST
    return f"{len(value)} entries" if long else dg.MetadataValue.json(value)


def provenance(entry: Entry, folder: str) -> dict[str, Any]:
    """Return the paths, hash and size of a partition as metadata."""
    shown: dict[str, Any] = {
        f"file {name}": dg.MetadataValue.path(f"{folder}/{entry.asset}/{file.name}")
        for name, file in entry.files.items()
    }
    return shown | {
        CONTENT_HASH: entry.digest,
        "bytes": sum(f.size for f in entry.files.values()),
    }


def noted(
    asset: dg.AssetKey, partition: str, why: str, shown: Mapping[str, Any]
) -> dg.AssetObservation:
    """Return a Dagster event that tells, on a partition's page, what was changed in MLflow.

    Parameters
    ----------
    asset, partition
        Whose page it is.
    why
        What was changed, and why.
    shown
        Further metadata, such as the link to the MLflow run.
    """
    return dg.AssetObservation(
        asset,
        partition=None if partition == WHOLE else partition,
        description=why,
        metadata=dict(shown),
    )
