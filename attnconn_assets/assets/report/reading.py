"""Stored results as the report reads them: empty where they aren't made."""

import base64
import gzip
from collections.abc import Mapping
from typing import Any

import pandas as pd

from attnconn_assets.building.causes import named
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE

__all__ = ["facts_of", "penalty_units", "picture_of", "table_of"]


def table_of(work: Work, asset: str, name: str) -> pd.DataFrame | None:
    """Read a table of an asset; None if it isn't made."""
    return None if asset in work.lacks else work.table(asset, name)


def facts_of(work: Work, asset: str) -> Mapping[str, Any]:
    """Return the facts of an asset; empty if the study doesn't have it, or it isn't made."""
    there = asset in work.needs and asset not in work.lacks
    return work.facts(asset, WHOLE) if there else {}


def penalty_units(order: Mapping[str, Any]) -> str:
    """Return the units of Granger's penalty, from the facts of `granger_order`."""
    of = "deviations of the regions" if order["units"] == "deviations" else "units of the series"
    return f"squared {of}"


def picture_of(work: Work, asset: str, name: str, partition: str = WHOLE) -> dict[str, str] | None:
    """Return a figure for the page, or None if there is none.

    Parameters
    ----------
    work
        The report's work.
    asset, partition
        The entry that has it.
    name
        Name of the figure.

    Returns
    -------
    picture
        ``png``, in base64, and ``svg``, compressed and in base64; empty if it isn't stored.
    """
    if named(asset, partition) in work.lacks:
        return None
    entry = work.entry(asset, partition)
    if f"{name}.png" not in entry.files:
        return None  # such as no picture of groups without groups
    png = work.path(entry, f"{name}.png").read_bytes()
    svg = b""
    if f"{name}.svg" in entry.files:
        # No time in its header: equal drawings are equal bytes.
        svg = gzip.compress(work.path(entry, f"{name}.svg").read_bytes(), mtime=0)
    return {"png": base64.b64encode(png).decode(), "svg": base64.b64encode(svg).decode()}
