"""One unfinished MLflow run."""

import dataclasses
import math
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attnconn_assets.tracking.names import TakenNames

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

__all__ = ["TrackedRun", "pictures_of"]

_FIGURES = "figures"
_BATCH = 1000  # MLflow's limit of metrics per call
_LONGEST_VALUE = 6000  # characters of a parameter


class TrackedRun:
    """One unfinished MLflow run.

    Parameters and metrics are collected and sent in few calls: each call takes some ten
    milliseconds, and a thousand sessions make a thousand runs per asset.
    """

    def __init__(
        self,
        client: "MlflowClient",
        run: "Run",
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        self._client = client
        self.id = run.info.run_id
        self.experiment_id = run.info.experiment_id
        self._artifacts = _folder_of(run.info.artifact_uri or "")
        self._parameters = {key: str(value) for key, value in (parameters or {}).items()}
        self._points: list[tuple[str, float, int]] = []
        self._logged: dict[str, dict[str, Any]] = {
            "parameters": dict(self._parameters),
            "metrics": {},
            "tags": {},
        }
        self._metric_names, self._parameter_names = TakenNames(), TakenNames()

    def metrics(self, values: Mapping[str, float | None], step: int = 0) -> None:
        """Record metrics; None and values that aren't finite are dropped."""
        self._gather([(name, value, step) for name, value in values.items()])

    def tag(self, name: str, value: str) -> None:
        """Set a tag immediately."""
        self._logged["tags"][name] = value
        self._client.set_tag(self.id, name, value)

    def curve(self, epochs: Sequence[Any]) -> None:
        """Record every numeric field of every epoch, one step per epoch."""
        self._gather(
            [
                (name, value, epoch.number)
                for epoch in epochs
                for name, value in dataclasses.asdict(epoch).items()
                if name != "number"
            ]
        )

    @property
    def logged(self) -> dict[str, dict[str, Any]]:
        """Parameters, the last value of each metric, and the tags set so far."""
        return {name: dict(values) for name, values in self._logged.items()}

    def figure(self, name: str, content: bytes) -> None:
        """Store a file of a figure as the artifact ``figures/<name>``."""
        self.file(name, content, _FIGURES)

    def file(self, name: str, content: bytes, folder: str = "") -> None:
        """Store a file of at most a few megabytes as an artifact."""
        path = self._artifacts / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def model(self, name: str, path: Path, sha256: str) -> None:
        """Record the path and hash of a stored model, without a copy."""
        model = self._client.create_logged_model(
            experiment_id=self.experiment_id,
            name=name,
            source_run_id=self.id,
            model_type="attention forecaster",
            params={"path": str(path), "sha256": sha256},
        )
        self._client.finalize_logged_model(model.model_id, "READY")

    def send(self) -> None:
        """Send the collected parameters, once, and metrics."""
        from mlflow.entities import Metric, Param

        now = int(time.time() * 1000)
        parameters = [
            Param(self._parameter_names.of(key), value[:_LONGEST_VALUE])
            for key, value in self._parameters.items()
        ]
        metrics = [
            Metric(self._metric_names.of(name), value, now, step)
            for name, value, step in self._points
        ]
        self._parameters, self._points = {}, []
        first = _BATCH - len(parameters)
        if parameters or metrics:
            self._client.log_batch(self.id, params=parameters, metrics=metrics[:first])
        for start in range(first, len(metrics), _BATCH):
            self._client.log_batch(self.id, metrics=metrics[start : start + _BATCH])

    def _gather(self, points: Sequence[tuple[str, Any, int]]) -> None:
        finite = [
            (name, float(value), step)
            for name, value, step in points
            if isinstance(value, int | float) and math.isfinite(value)
        ]
        self._points += finite
        self._logged["metrics"] |= {name: value for name, value, _ in finite}


def pictures_of(artifact_uri: str) -> dict[str, bytes]:
    """Return the figures among a run's artifacts, by name."""
    files = sorted((_folder_of(artifact_uri) / _FIGURES).glob("*.png"))
    return {file.name.removesuffix(".png"): file.read_bytes() for file in files}


def _folder_of(artifact_uri: str) -> Path:
    """Return the local path of a run's artifacts."""
    return Path(urllib.request.url2pathname(urllib.parse.urlsplit(artifact_uri).path))
