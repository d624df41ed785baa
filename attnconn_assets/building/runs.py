"""The MLflow runs of one partition: its own, and those below it."""

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from attnconn_assets.building.platform import Platform
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.recipe import Recipe, as_json, code_version
from attnconn_assets.tracking.registry import Registered, registered_name
from attnconn_assets.tracking.run import TrackedRun
from attnconn_assets.tracking.tags import NOTE, Origin
from attnconn_core.connectivity.method import Method

__all__ = ["Runs"]


class Runs:
    """A partition's MLflow run, opened on first use, and the runs below it.

    A body that trains opens it early, so that MLflow shows the progress; otherwise it is opened
    once there is a result. As a context manager it ends the run, as failed after an error. A run
    below gets the description among `tags`, behind its own name.
    """

    def __init__(
        self,
        platform: Platform,
        recipe: Recipe,
        partition: str,
        experiment: str = "",
        label: str = "",
        sweep: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self._platform, self._recipe, self._sweep = platform, recipe, sweep
        self._tags = tags or {}
        self.origin = Origin(
            study=platform.study.name,
            asset=recipe.asset,
            partition=partition,
            dagster_run=platform.dagster_run,
            code_version=code_version(*recipe.calls),
        )
        self._experiment = experiment or recipe.asset
        named = label or platform.study.name
        self.name = named if partition == WHOLE else f"{named} {partition}"
        self._opened: TrackedRun | None = None
        self._below: list[tuple[str, TrackedRun]] = []
        self._registered: list[dict[str, Any]] = []
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Runs":
        self._stack.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def own(self, parameters: Mapping[str, object] | None = None) -> TrackedRun:
        """Open the partition's run, or return it if it is open.

        Parameters
        ----------
        parameters
            MLflow's parameters; by default the settings of the recipe.
        """
        if self._opened is None:
            parent = None
            if self._sweep is not None:
                parent = self._platform.tracking.sweep(
                    self._experiment, self.origin.study, self._sweep
                )
            self._opened = self._stack.enter_context(
                self._run(self.name, self.parameters if parameters is None else parameters, parent)
            )
        return self._opened

    @contextlib.contextmanager
    def below(self, name: str, parameters: Mapping[str, object]) -> Iterator[TrackedRun]:
        """Open a run below the partition's own."""
        note = {NOTE: f"{name}. {self._tags[NOTE]}"} if NOTE in self._tags else {}
        with self._run(f"{self.name} {name}", parameters, self.own(), note) as run:
            self._below.append((name, run))
            yield run

    def register(
        self, name: str, model: Path, run_id: str, tags: Mapping[str, str], alias: str
    ) -> Registered:
        """Register a stored model in MLflow's registry, with an alias."""
        registered = registered_name(self.origin.study, name)
        self._registered.append(
            {
                "name": name,
                "file": f"{model.parent.name}/{model.name}",
                "run": run_id,
                "tags": dict(tags),
                "alias": alias,
            }
        )
        return self._platform.tracking.register(registered, model, run_id, tags, alias)

    def transcript(self, models: Sequence[str]) -> tuple[dict[str, Any], ...]:
        """Return what was sent to MLflow: for the partition's own run, then for those below it.

        Parameters
        ----------
        models
            The partition's files that MLflow lists as models.
        """
        own = {"models": list(models), "registered": self._registered}
        return (
            {**self._logged(self.own()), **own},
            *({"name": name, **self._logged(run)} for name, run in self._below),
        )

    def _logged(self, run: TrackedRun) -> dict[str, Any]:
        tags = {**self._tags, **run.logged["tags"]}
        return {**run.logged, "tags": {tag: tags[tag] for tag in tags if tag != NOTE}}

    @property
    def parameters(self) -> dict[str, object]:
        """The settings of the recipe as flat parameters for MLflow.

        A name that occurs in several groups of settings gets its group as a prefix.
        """
        settings = list(_flat(self._recipe.settings))
        names = Counter(path[-1] for path, _ in settings)
        return {
            path[-1] if names[path[-1]] == 1 else "/".join(path): value for path, value in settings
        }

    def _run(
        self,
        name: str,
        parameters: Mapping[str, object],
        parent: TrackedRun | None,
        note: Mapping[str, str] | None = None,
    ) -> contextlib.AbstractContextManager[TrackedRun]:
        return self._platform.tracking.run(
            self._experiment, name, self.origin, parameters, parent, {**self._tags, **(note or {})}
        )


def _flat(
    settings: Mapping[str, Any], group: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Flatten groups of settings; lists of methods and scores become lists of names."""
    for name, value in settings.items():
        path = (*group, name)
        if isinstance(value, tuple | list):
            yield path, [getattr(member, "name", as_json(member)) for member in value]
        elif isinstance(value, Method):
            yield path, value.name
            chosen = {
                key: default for key, default in value.defaults.items() if default is not None
            }
            yield from _flat(chosen, path)
        elif isinstance(value, Mapping):
            yield from _flat(value, path)
        elif isinstance(value, BaseModel):
            yield from _flat(dict(value), path)
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            own = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            yield from _flat(own, path)
        else:
            yield path, as_json(value)
