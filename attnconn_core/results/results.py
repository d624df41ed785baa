"""A study's folder in the store, for reading."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from attnconn_core.errors import StoreError
from attnconn_core.forecasting.annotations import AttentionForecaster
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.results.files import read_matrices, read_parquet, read_series
from attnconn_core.stored_names import CONTENT, WHOLE, check_stored_name
from attnconn_core.wording import few_and_more

__all__ = ["Results"]

_SHOWN = 8


class Results:
    """Read-only access to the stored results of a study.

    Every file is checked against the SHA-256 in its manifest before it is read.

    Parameters
    ----------
    folder
        The study's folder in the store, such as ``store/hcp_sample``.

    Raises
    ------
    StoreError
        If there is no such folder.

    Examples
    --------
    >>> results = Results("store/hcp_sample")  # doctest: +SKIP
    >>> results.matrix("granger", "sub-101309_ses-test").values.shape  # doctest: +SKIP
    (94, 94)
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise StoreError(
                f"the folder of a study in the store must exist; got {self.folder}: "
                "`attnconn run` makes it, in store/ under the study's name"
            )

    def assets(self) -> list[str]:
        """Return the assets that have stored partitions."""
        return sorted(folder.name for folder in self.folder.iterdir() if self._stored(folder.name))

    def partitions(self, asset: str) -> list[str]:
        """Return the stored partitions of an asset: sessions, models, or ``"all"``.

        Raises
        ------
        StoreError
            If there are none.
        """
        stored = self._stored(check_stored_name(asset))
        if not stored:
            raise StoreError(
                f"{self.folder}: an asset must be stored; got {asset!r}; stored assets: "
                f"{', '.join(self.assets()) or 'none'}"
            )
        return stored

    def manifest(self, asset: str, partition: str = WHOLE) -> dict[str, Any]:
        """Return the manifest of a partition: files, facts, inputs, and origin.

        Raises
        ------
        StoreError
            If the partition isn't stored, or its manifest can't be read.
        """
        path = self.folder / check_stored_name(asset) / f"{check_stored_name(partition)}.json"
        try:
            manifest = dict(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            there = few_and_more(self.partitions(asset), _SHOWN)
            raise StoreError(
                f"{self.folder}: {asset} must be stored for {partition!r}; it is stored for {there}"
            ) from error
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{path}: the manifest can't be read ({error}); `attnconn run` makes it again"
            ) from error
        of = (manifest.get("asset"), manifest.get("partition"))
        if of != (asset, partition):
            raise StoreError(
                f"{path}: must be the manifest of {asset}/{partition}; it is that of "
                f"{'/'.join(map(str, of))}. `attnconn run` makes it again"
            )
        return manifest

    def path(self, asset: str, name: str, partition: str = WHOLE) -> Path:
        """Return the path of a file, after checking that its content is what was stored.

        Parameters
        ----------
        asset, partition
            Names of the asset and of its partition.
        name
            Name of the file, such as ``"matrix.parquet"``.

        Raises
        ------
        StoreError
            If the partition has no such file, or the file is missing or was changed.
        """
        files: Mapping[str, Mapping[str, Any]] = self.manifest(asset, partition)["files"]
        if name not in files:
            raise StoreError(
                f"{asset} of {partition} must have a file {name!r}; it has {', '.join(files)}"
            )
        path = self.folder / asset / check_stored_name(files[name]["name"])
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise StoreError(
                f"{path}: can't be read ({error.strerror}); `attnconn run` makes it again"
            ) from error
        if digest != files[name]["sha256"]:
            raise StoreError(
                f"{path}: isn't what was stored (another SHA-256); `attnconn verify --repair` "
                "marks it, and the next run makes it again"
            )
        return path

    def table(self, asset: str, name: str, partition: str = WHOLE) -> pd.DataFrame:
        """Return a table, such as ``"scores"`` of ``"fingerprint"``."""
        stored, _ = read_parquet(self.path(asset, f"{name}.parquet", partition))
        table: pd.DataFrame = stored.to_pandas()
        return table

    def series(self, session: str) -> TimeSeries:
        """Return the time series of a session, such as ``"sub-101309_ses-test"``."""
        return read_series(self.path("time_series", "series.parquet", session))

    def matrix(self, method: str, session: str, frames: int | None = None) -> Connectivity:
        """Return a method's matrix of a session.

        Parameters
        ----------
        method
            Name of the method, such as ``"granger"``.
        session
            Key of the session.
        frames
            Estimate from this many frames, counted from the first; None for the longest.

        Raises
        ------
        StoreError
            If there is no matrix, or none of that number of frames.
        """
        matrices = read_matrices(self.path(method, "matrix.parquet", session))
        wanted = max(matrices) if frames is None else frames
        if wanted not in matrices:
            raise StoreError(
                f"{method} of {session}: a matrix must be estimated from one of "
                f"{', '.join(map(str, matrices))} frames; got {frames}"
            )
        return matrices[wanted]

    def forecaster(
        self, asset: str, partition: str, name: str | None = None
    ) -> AttentionForecaster:
        """Return a trained forecaster, in evaluation mode, on the CPU.

        Parameters
        ----------
        asset
            ``"group_forecaster"``, ``"subject_forecaster"`` or ``"finetuned_forecaster"``.
        partition
            Configuration of a cohort's forecaster, or key of a session.
        name
            Name of the file; by default the only one. A cross-fitted configuration has several.

        Raises
        ------
        StoreError
            If there is none, or several and no name is given.
        ParameterError
            If torch isn't installed.
        """
        from attnconn_core.forecasting import load_forecaster

        if name is None:
            files = self.manifest(asset, partition)["files"]
            models = [file for file in files if file.endswith(".safetensors")]
            if len(models) != 1:
                raise StoreError(
                    f"{asset} of {partition}: a forecaster must be chosen by name; there are "
                    f"{', '.join(models) or 'none'}"
                )
            name = models[0]
        return load_forecaster(self.path(asset, name, partition))[0]

    def _stored(self, asset: str) -> list[str]:
        manifests = (self.folder / asset).glob("*.json")
        return sorted(path.stem for path in manifests if not CONTENT.search(path.name))
