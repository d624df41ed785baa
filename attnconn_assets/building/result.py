"""The result of a partition, as an asset's body returns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from attnconn_assets.building.checks import Check
from attnconn_assets.storage.entry import Entry
from attnconn_core.figures import png, svg

__all__ = ["Result"]


@dataclass(frozen=True, eq=False)
class Result:
    """The content of one partition of an asset.

    Storing, hashing, tracking, metadata and checks are derived from it by
    `attnconn_assets.building.making`.

    Attributes
    ----------
    tables
        Name → table; stored as ``<name>.parquet`` and shown in Dagster.
    figures
        Name → figure of a group result: shown in Dagster and MLflow, and stored as
        ``<name>.png`` and ``<name>.svg``.
    thumbnails
        Name → PNG of a session or a model, shown in Dagster and MLflow and not stored.
    files
        File name → other content to be stored: a series, matrices, bytes, a mapping, or a
        function that writes to a given path.
    metrics
        Numbers for MLflow and Dagster; None and values that aren't finite are dropped.
    parameters
        What was chosen while it was made, such as lags; logged with the settings of the study.
    facts
        JSON values for the manifest, which other assets can read, and for Dagster's page.
    checks
        Rules that must hold. If one is broken, nothing is stored.
    by_method
        One row per method (column ``method``). Each method gets an MLflow run below the asset's
        own, so that MLflow can compare methods.
    warnings
        Method → why its matrices must not be interpreted: stored among the facts, shown first
        in Dagster, and a tag of the method's run in MLflow.
    models
        Names in `files` that are models; MLflow lists their path and hash.
    beside
        Entries whose MLflow runs Dagster's page links for comparison.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    thumbnails: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    by_method: pd.DataFrame | None = None
    warnings: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    beside: tuple[Entry, ...] = ()

    @cached_property
    def pictures(self) -> Mapping[str, bytes]:
        """Name → PNG of every figure and thumbnail."""
        return {**self.thumbnails, **{name: png(figure) for name, figure in self.figures.items()}}

    @cached_property
    def drawings(self) -> Mapping[str, bytes]:
        """Name → SVG of every figure."""
        return {name: svg(figure) for name, figure in self.figures.items()}
