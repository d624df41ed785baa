"""What an asset shows in Dagster's pages: pictures, numbers, tables and links."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
from PIL import Image

from attnconn_assets.storage.formats import schema_of
from attnconn_assets.storage.store import Entry

__all__ = ["failure", "files", "numbers", "path", "picture", "provenance", "schema", "table"]

_ROWS_SHOWN = 60
_WIDEST = 1100  # pixels; Dagster cuts off what is wider than its window


def picture(png: bytes) -> dg.MetadataValue:
    """Show a figure inline, small enough to be seen whole."""
    image = Image.open(io.BytesIO(png))
    if image.width > _WIDEST:
        height = round(image.height * _WIDEST / image.width)
        smaller = io.BytesIO()
        image.convert("RGB").resize((_WIDEST, height), Image.Resampling.LANCZOS).save(
            smaller, "png"
        )
        png = smaller.getvalue()
    return dg.MetadataValue.md(
        f"![figure](data:image/png;base64,{base64.b64encode(png).decode('ascii')})"
    )


def numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Show numbers as Dagster plots them over time; those that don't exist are left out."""
    return {
        name: float(value) if isinstance(value, float | np.floating) else int(value)
        for name, value in values.items()
        if value is not None and np.isfinite(value)
    }


def schema(columns: pd.DataFrame | Mapping[str, str], **descriptions: str) -> dict[str, Any]:
    """Show which columns a stored table has."""
    pairs = schema_of(columns) if isinstance(columns, pd.DataFrame) else columns.items()
    return {
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(name, kind, descriptions.get(name)) for name, kind in pairs]
        )
    }


def table(values: pd.DataFrame) -> dg.MetadataValue:
    """Show the first rows of a table, numbers to four digits."""
    shown = values.head(_ROWS_SHOWN).map(
        lambda value: f"{value:.4g}" if isinstance(value, float) else str(value)
    )
    header = "| " + " | ".join(map(str, shown.columns)) + " |\n" + "|---" * shown.shape[1] + "|\n"
    rows = "\n".join("| " + " | ".join(row) + " |" for row in shown.itertuples(index=False))
    more = f"\n\n… and {len(values) - _ROWS_SHOWN} more rows" if len(values) > _ROWS_SHOWN else ""
    return dg.MetadataValue.md(header + rows + more)


def failure(headline: str, failed: Mapping[str, str]) -> dg.Failure:
    """End a run that names everything that failed and why; trying again is no use."""
    reasons = " | ".join(f"{name}: {why}" for name, why in failed.items())
    return dg.Failure(
        description=f"{headline}. {reasons}",
        metadata={"failed": dg.MetadataValue.json(dict(failed))},
        allow_retries=False,
    )


def files(facts: Sequence[Mapping[str, Any]]) -> dg.MetadataValue:
    """Show which files were read: where, how large, and their SHA-256."""
    shown = pd.DataFrame(facts)[["path", "bytes", "sha256"]]
    return table(shown)


def path(file: Path) -> dg.MetadataValue:
    """Show where a file lies."""
    return dg.MetadataValue.path(str(file))


def provenance(entry: Entry, folder: str) -> dict[str, Any]:
    """Show where the data lies, its hash, and how it was made."""
    shown: dict[str, Any] = {
        f"file {name}": dg.MetadataValue.path(f"{folder}/{entry.asset}/{file.name}")
        for name, file in entry.files.items()
    }
    return shown | {
        "content hash": entry.digest,
        "bytes": sum(f.size for f in entry.files.values()),
    }
