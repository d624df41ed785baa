"""The study's data for scores, read through `Work`, which records it."""

import functools
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from attnconn_assets.assets.connectivity.penalty_files import (
    PENALTIES,
    penalised_asset,
    penalty_file,
)
from attnconn_assets.assets.connectivity.repeat_files import (
    FIRST_HALF,
    SECOND_HALF,
    repeats_asset,
    seed_file,
)
from attnconn_assets.building.causes import named
from attnconn_assets.building.work import Work
from attnconn_assets.storage.formats import read_matrices
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import UndeclaredError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort, Connectivity, TimeSeries
from attnconn_core.scoring import Repeats, ScoreData
from attnconn_core.sources import Design, match_phenotypes

__all__ = ["StudyData"]


class StudyData(ScoreData):
    """The stored data of a study that a score may read."""

    def __init__(self, work: Work, reads: Collection[str]) -> None:
        self._work, self._reads = work, reads
        self.notes: tuple[str, ...] = ()  # notes from matching tables

    @functools.cached_property
    def methods(self) -> Sequence[Method]:
        """The scored methods, in the order of display: those that could be made."""
        chosen: Sequence[Method] = self._work.settings["methods"]
        return tuple(method for method in chosen if method.name not in self._work.lacks)

    @functools.cached_property
    def cohort(self) -> Cohort:
        """The sessions that have every method's matrices."""
        return self._work.cohort()

    @functools.cached_property
    def regions(self) -> RegionTable:
        """The regions, and the networks they belong to."""
        self._require("regions")
        return self._work.regions()

    @property
    def design(self) -> Design:
        """The design of the study: what the two sessions of a subject are."""
        design: Design = self._work.settings["design"]
        return design

    @functools.cached_property
    def phenotypes(self) -> pd.DataFrame:
        """The phenotype table, one row per subject, with subjects named as in the scans."""
        self._require("phenotypes")
        table = self._work.table("phenotypes", "phenotypes")
        column = self._work.settings["subject_column"]
        matched = match_phenotypes(table, column, self.cohort.subjects)
        self.notes += matched.notes
        return matched.table

    @functools.cached_property
    def pools(self) -> Mapping[str, int]:
        """Subject → number of the fold that reads it; empty if no method uses folds."""
        self._require("pools")
        there = [
            place
            for place in self._work.settings["pools_of"]
            if named(*place) not in self._work.lacks
        ]
        if not there:
            return {}
        folds = self._work.facts(*there[0])["folds"]
        return {
            subject: number for number, fold in enumerate(folds) for subject in fold["reads"] or ()
        }

    @property
    def test_fraction(self) -> float:
        """Share of a session's frames, at its end, on which forecasts are scored."""
        return float(self._work.settings["test_fraction"])

    def series(self, session_key: str) -> TimeSeries:
        """Read a session's time series."""
        self._require("series")
        return self._work.series(session_key)

    def matrices(self, method: str, session_key: str) -> Mapping[int, Connectivity]:
        """Read a method's matrices of a session, by the number of frames used."""
        self._require("matrices")
        return self._work.matrices(method, session_key)

    def matrices_at(
        self, method: str, penalty: float, session_key: str
    ) -> Mapping[int, Connectivity]:
        """Read a method's matrices of a session at one of its penalties; see `ScoreData`."""
        self._require("penalties")
        asset = penalised_asset(method)
        if asset in self._work.lacks:
            return {}
        entry = self._work.entry(asset, session_key)
        name = penalty_file(entry.facts[PENALTIES].index(penalty) + 1)
        return read_matrices(self._work.path(entry, name)) if name in entry.files else {}

    def metrics(self, method: str, session_key: str) -> Mapping[str, float]:
        """Return the metrics of the whole scan's matrix, without opening its file."""
        self._require("metrics")
        metrics: Mapping[str, float] = self._work.facts(method, session_key)["metrics"]
        return metrics

    def repeats(self, method: str, session_key: str) -> Repeats:
        """Read the matrices of a session's halves, and those by models with other seeds."""
        self._require("repeats")
        asset = repeats_asset(method)
        if asset not in self._work.needs:
            return Repeats()
        if asset in self._work.lacks:
            return Repeats(left_out={"repeats": self._work.lacks[asset]})
        entry = self._work.entry(asset, session_key)

        def matrix(name: str) -> Connectivity:
            (connectivity,) = read_matrices(self._work.path(entry, name)).values()
            return connectivity

        return Repeats(
            (matrix(FIRST_HALF), matrix(SECOND_HALF)) if FIRST_HALF in entry.files else None,
            {
                number: matrix(seed_file(number))
                for number in self._work.settings["seeds"]
                if seed_file(number) in entry.files
            },
            entry.facts["repeats left out"],
        )

    def linear_forecasts(self, session_key: str) -> Mapping[str, Mapping[str, float]]:
        """Return the scores of the session's linear forecasters, without opening a file."""
        self._require("linear_forecasts")
        if "linear_forecasters" in self._work.lacks:
            return {}
        skill: Mapping[str, Mapping[str, float]]
        skill = self._work.facts("linear_forecasters", session_key)["skill"]
        return skill

    def _require(self, what: str) -> None:
        if what not in self._reads:
            declared = ", ".join(sorted(self._reads)) or "nothing"
            raise UndeclaredError(
                f"the score {self._work.asset} reads {what} but declares only {declared}: add "
                f"{what!r} to `reads` in its class"
            )
