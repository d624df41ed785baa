"""The result of making a partition: what an asset's body returns, and all that it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from attnconn_assets.building.checks import Check
from attnconn_assets.storage.entry import Entry

__all__ = ["Result"]


@dataclass(frozen=True, eq=False)
class Result:
    """What one partition of an asset holds.

    Storing, hashing, MLflow, Dagster's metadata and checks follow from it; see
    `attnconn_assets.building.making`.

    Attributes
    ----------
    tables
        Name → table; stored as ``<name>.parquet`` and shown in Dagster.
    figures
        Name → PNG; shown in Dagster and MLflow, and stored as ``<name>.png`` with assets
        that keep their figures.
    files
        File name → other content to be stored: a series, matrices, bytes, a mapping, or a
        function that writes to a given path.
    metrics
        Numbers for MLflow and Dagster; those that are None or not finite are left out.
    facts
        JSON for the manifest, where other assets read it, and for Dagster's page.
    checks
        What must hold. If one fails, nothing is stored.
    by_method
        One row per method (column ``method``): each gets an MLflow run below the asset's,
        so that MLflow compares methods.
    warnings
        Method → why its matrices must not be interpreted: stored among the facts, shown first
        in Dagster, and a tag of the method's run in MLflow.
    models
        Which of `files` are models, which MLflow lists by path and hash.
    beside
        Entries whose MLflow runs Dagster's page links side by side.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    by_method: pd.DataFrame | None = None
    warnings: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    beside: tuple[Entry, ...] = ()
