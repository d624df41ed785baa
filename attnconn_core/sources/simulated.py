"""A simulated cohort with known graphs and known relations to behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from jaxtyping import Float
from pydantic import Field

from attnconn_core.checks import require_number, require_share, require_whole
from attnconn_core.errors import CohortError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources.base import Design, Listing, require_session
from attnconn_core.sources.keys import NOT_A_KEY, StudyKey
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.timeseries import draw_network, simulate, vary_network

__all__ = ["Simulated"]

_SESSIONS = ("test", "retest")
# First number of the seed of each random stream. None is 0, since numpy ignores trailing
# zeros of a seed, so that two streams could be equal.
_GROUP, _SUBJECT, _SCAN, _BEHAVIOUR = 1, 2, 3, 4


@dataclass(frozen=True)
class Simulated:
    """A simulated cohort: subjects with individual graphs, each scanned twice.

    Attributes
    ----------
    subjects
        Number of subjects.
    regions
        Number of regions.
    frames
        Number of frames per run.
    repetition_time
        Seconds per frame.
    runs
        Number of runs per session.
    seed
        Seed of everything that is drawn; 0 or more.
    density
        Share of ordered pairs that are connected.
    variation
        Differences between subjects' weights, as a share of the group's weights.
    noise
        Standard deviation of the observation noise, in standard deviations of the signal.
    behaviour_r
        Expected correlation of the simulated behaviour with the edges that determine it.
    nonlinear, haemodynamic
        As in `attnconn_core.timeseries.simulate`.

    Raises
    ------
    ParameterError
        If a setting is out of range.

    Examples
    --------
    >>> source = Simulated(subjects=2, regions=6, frames=200)
    >>> [session.key for session in source.sessions()][:2]
    ['sub-001_ses-retest', 'sub-001_ses-test']
    >>> source.load(source.sessions()[0]).values.shape
    (200, 6)
    """

    brings_phenotypes: ClassVar[bool] = True

    subjects: Annotated[int, Field(ge=2), StudyKey("n_subjects")] = 20
    regions: Annotated[int, Field(ge=2), StudyKey("n_regions")] = 20
    frames: Annotated[int, Field(ge=20), StudyKey("n_frames")] = 400
    repetition_time: Annotated[float, Field(gt=0)] = 0.72
    runs: Annotated[int, Field(ge=1), StudyKey("n_runs")] = 1
    seed: int = 0
    density: Annotated[float, NOT_A_KEY] = 0.15
    variation: Annotated[float, NOT_A_KEY] = 0.5
    noise: Annotated[float, NOT_A_KEY] = 0.2
    behaviour_r: Annotated[float, NOT_A_KEY] = 0.7
    nonlinear: Annotated[bool, NOT_A_KEY] = False
    haemodynamic: Annotated[bool, NOT_A_KEY] = False

    def __post_init__(self) -> None:
        for name, least in (("subjects", 1), ("regions", 2), ("frames", 2), ("runs", 1)):
            require_whole(name, getattr(self, name), least)
        require_whole("seed", self.seed, 0)
        for name in ("variation", "noise", "repetition_time"):
            require_number(name, getattr(self, name))
        require_share("behaviour_r", self.behaviour_r, ends=True)

    @property
    def design(self) -> Design:
        """Two scans of every subject."""
        return "test-retest"

    @property
    def notice(self) -> str:
        """Statement that readers of any result must see."""
        return "Simulated data: no person was scanned, and the connections are known."

    def shared_files(self) -> tuple[Path, ...]:
        """None."""
        return ()

    def sessions(self) -> tuple[Session, ...]:
        """Return test and retest of every subject, in order."""
        return tuple(
            sorted(Session(subject, session) for subject in self._names() for session in _SESSIONS)
        )

    def listing(self) -> Listing:
        """Return every session; none is refused."""
        return Listing(self.sessions())

    def load(self, session: Session) -> TimeSeries:
        """Simulate one session from the subject's graph, with the session's own noise.

        Raises
        ------
        CohortError
            If there is no such session.
        """
        require_session(session)
        if session.session not in _SESSIONS:
            raise CohortError(
                f"a simulated session is one of {', '.join(_SESSIONS)}; got {session.session!r}"
            )
        occasion = 1 + _SESSIONS.index(session.session)
        return simulate(
            self.truth(session.subject),
            self.frames,
            (_SCAN, self.seed, self._number(session.subject), occasion),
            repetition_time=self.repetition_time,
            runs=self.runs,
            noise=self.noise,
            nonlinear=self.nonlinear,
            haemodynamic=self.haemodynamic,
        )

    def probe(self, session: Session) -> None:
        """Do nothing: sessions have no files of their own."""

    def shape(self, session: Session) -> SessionShape:  # noqa: ARG002
        """Return the shape that all sessions have."""
        return SessionShape((self.frames,) * self.runs, self.regions, self.repetition_time)

    def quality(self, session: Session) -> Mapping[str, float]:  # noqa: ARG002
        """Return no measures beyond the series."""
        return {}

    def quality_files(self, session: Session) -> tuple[Path, ...]:  # noqa: ARG002
        """None."""
        return ()

    def region_table(self) -> RegionTable:
        """Return the regions, which belong to no networks."""
        first = Session(self._names()[0], _SESSIONS[0])
        return RegionTable.ungrouped(self.load(first).regions)

    def group_truth(self) -> Float[np.ndarray, "target source"]:
        """Return the group's graph, of which subjects' graphs are variations."""
        return draw_network(self.regions, (_GROUP, self.seed, 1), density=self.density)

    def truth(self, subject: str) -> Float[np.ndarray, "target source"]:
        """Return one subject's graph.

        Raises
        ------
        CohortError
            If there is no such subject.
        """
        return self._own(self.group_truth(), subject)

    def behaviour(self) -> pd.DataFrame:
        """Return scores and families of the subjects, indexed by ``Subject``.

        ``Score`` is a weighted sum of the subject's edges, standardised over subjects,
        times `behaviour_r`, plus independent noise that makes its variance 1: even with the
        true graphs no linear model can expect a higher r than `behaviour_r`.
        ``Null`` is noise. ``Family_ID`` assigns subjects to families of two, who have
        nothing in common but the label.
        """
        rng = np.random.default_rng((_BEHAVIOUR, self.seed, 1))
        group = self.group_truth()
        networks = np.stack([self._own(group, subject) for subject in self._names()])
        # A weight for every edge of the group's graph, none for its diagonal.
        direction = rng.standard_normal(group.shape) * (
            (group != 0) & ~np.eye(len(group), dtype=bool)
        )
        sums = np.tensordot(networks, direction, axes=2)
        deviation = sums.std()
        # With one subject, or subjects who don't vary, there is nothing to predict from.
        standard = (sums - sums.mean()) / deviation if deviation > 0 else np.zeros(self.subjects)
        error, null = rng.standard_normal((2, self.subjects))
        share = self.behaviour_r
        return pd.DataFrame(
            {
                "Score": share * standard + np.sqrt(1 - share**2) * error,
                "Null": null,
                "Family_ID": [f"family-{1 + number // 2}" for number in range(self.subjects)],
            },
            index=pd.Index(self._names(), name="Subject"),
        )

    def phenotypes(self) -> pd.DataFrame:
        """Return `behaviour` as a table with the column ``Subject``."""
        return self.behaviour().reset_index()

    def _own(self, group: np.ndarray, subject: str) -> Float[np.ndarray, "target source"]:
        seed = (_SUBJECT, self.seed, self._number(subject))
        return vary_network(group, seed, variation=self.variation)

    def _names(self) -> tuple[str, ...]:
        width = max(3, len(str(self.subjects)))
        return tuple(f"{number:0{width}d}" for number in range(1, self.subjects + 1))

    def _number(self, subject: str) -> int:
        names = self._names()
        if subject not in names:
            raise CohortError(
                f"a simulated subject is one of {names[0]} to {names[-1]}; got {subject!r}"
            )
        return 1 + names.index(subject)
