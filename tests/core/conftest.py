"""A small study that scores can read: simulated subjects, quick estimators, in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from attnconn_core.connectivity import Estimator, Granger, Pearson
from attnconn_core.connectivity.penalty import Penalty
from attnconn_core.forecasting import PooledMoments, deal, linear_forecasts
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort, Connectivity, TimeSeries
from attnconn_core.scoring import Repeats, ScoreData
from attnconn_core.sources import Design, Simulated
from attnconn_core.timeseries import head, split

LENGTHS = (60, 80)


@dataclass(frozen=True)
class Method:
    """A method's traits, and what estimates it."""

    name: str
    directed: bool
    signed: bool
    needs: str
    estimator: Estimator
    more: Mapping[str, float] = field(default_factory=dict)
    penalty: Penalty | None = None

    @property
    def penalties(self) -> tuple[float, ...]:
        return self.penalty.values if self.penalty else ()

    @property
    def label(self) -> str:
        return self.name.title()


METHODS = (
    Method("pearson", False, True, "series", Pearson()),
    Method(
        *("granger", True, False, "cohort", Granger(2, 1.0)),
        penalty=Penalty("alpha", (1.0, 100.0, 1e4)),
    ),
    Method("attention_subject", True, False, "model", Granger(3, 10.0), {"saw_subject": 1.0}),
)


class SimulatedStudy(ScoreData):
    """Subjects of `Simulated` by three methods; remembers what was read."""

    def __init__(
        self,
        subjects: int,
        pools: Mapping[str, int],
        absent: Sequence[str],
        methods: Sequence[Method],
        phenotypes: pd.DataFrame | None,
    ) -> None:
        self.source = Simulated(subjects=subjects, regions=6, frames=120)
        self.read: set[str] = set()
        self.seed_noise = 0.1
        self._pools, self._absent, self._methods = pools, absent, methods
        self._phenotypes = self.source.behaviour() if phenotypes is None else phenotypes
        self._matrices: dict[tuple[str, str], dict[int, Connectivity]] = {}

    @property
    def methods(self) -> Sequence[Method]:
        return self._methods

    @cached_property
    def cohort(self) -> Cohort:
        every = self.source.sessions()
        return Cohort(
            tuple(each for each in every if each.key not in self._absent),
            dict.fromkeys(self._absent, "no scan"),
        )

    @property
    def regions(self) -> RegionTable:
        self.read.add("regions")
        names = self.source.region_table().regions
        return RegionTable(names, tuple("aaabbb"), grouping="network")

    @property
    def design(self) -> Design:
        return self.source.design

    @property
    def phenotypes(self) -> pd.DataFrame:
        self.read.add("phenotypes")
        return self._phenotypes

    @property
    def pools(self) -> Mapping[str, int]:
        self.read.add("pools")
        return self._pools

    @property
    def test_fraction(self) -> float:
        return 0.1

    def series(self, session_key: str) -> TimeSeries:
        self.read.add("series")
        return self._load(session_key)

    def matrices(self, method: str, session_key: str) -> Mapping[int, Connectivity]:
        self.read.add("matrices")
        return self._estimated(method, session_key)

    def matrices_at(
        self, method: str, penalty: float, session_key: str
    ) -> Mapping[int, Connectivity]:
        self.read.add("penalties")
        traits = next(each for each in self._methods if each.name == method)
        estimator = traits.penalty.at(traits.estimator, penalty)
        series = self._load(session_key)
        return {
            frames: _named(traits, estimator.estimate(head(series, frames)))
            for frames in (*LENGTHS, series.n_frames)
        }

    def metrics(self, method: str, session_key: str) -> Mapping[str, float]:
        self.read.add("metrics")
        return self._estimated(method, session_key)[120].metrics

    def repeats(self, method: str, session_key: str) -> Repeats:
        self.read.add("repeats")
        traits = next(each for each in self._methods if each.name == method)
        halves = tuple(
            _named(traits, traits.estimator.estimate(half))
            for half in split(self._load(session_key), 0.5)
        )
        found = self._estimated(method, session_key)[120]
        if "model" not in traits.needs:
            return Repeats(halves)
        rng = np.random.default_rng(int.from_bytes(session_key.encode()) % 2**32)
        noise = self.seed_noise * found.values.std() * rng.standard_normal(found.values.shape)
        return Repeats(halves, {2: replace(found, values=found.values + noise)})

    def linear_forecasts(self, session_key: str) -> Mapping[str, Mapping[str, float]]:
        self.read.add("linear_forecasts")
        subject = next(s.subject for s in self.source.sessions() if s.key == session_key)
        training, test = split(self._load(session_key), self.test_fraction)
        found = linear_forecasts(training, test, 2, self._pooled_moments.without(subject))
        return {
            name: {**each.skill.summary(), "cohort_informed": each.cohort_informed}
            for name, each in found.items()
        }

    @cached_property
    def _pooled_moments(self) -> PooledMoments:
        every = self.source.sessions()
        pooled = PooledMoments(2, self._load(every[0].key).regions, deal(s.subject for s in every))
        for each in every:
            pooled = pooled.plus(each.subject, split(self._load(each.key), self.test_fraction)[0])
        return pooled

    def _load(self, session_key: str) -> TimeSeries:
        return self.source.load(next(s for s in self.source.sessions() if s.key == session_key))

    def _estimated(self, method: str, session_key: str) -> dict[int, Connectivity]:
        if (method, session_key) not in self._matrices:
            traits = next(each for each in self._methods if each.name == method)
            series = self._load(session_key)
            self._matrices[method, session_key] = {
                frames: _named(traits, traits.estimator.estimate(head(series, frames)))
                for frames in (*LENGTHS, series.n_frames)
            }
        return self._matrices[method, session_key]


def _named(method: Method, found: Connectivity) -> Connectivity:
    metrics = {**found.metrics, **method.more}
    return Connectivity(found.values, found.regions, method.name, found.directed, metrics)


MakeStudy = Callable[..., SimulatedStudy]


@pytest.fixture(scope="session")
def make_study() -> MakeStudy:
    """Make a study of simulated subjects."""

    def make(
        subjects: int = 6,
        pools: Mapping[str, int] | None = None,
        absent: Sequence[str] = (),
        methods: Sequence[Method] = METHODS,
        phenotypes: pd.DataFrame | None = None,
    ) -> SimulatedStudy:
        return SimulatedStudy(subjects, pools or {}, absent, methods, phenotypes)

    return make
