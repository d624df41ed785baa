"""A source: subjects whose regions are independent of each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from scipy.signal import lfilter

from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources import Design, Listing


@dataclass(frozen=True)
class Noise:
    """Independent autocorrelated noise: a negative control for every method and score.

    Attributes
    ----------
    n_subjects, n_regions, n_frames
        Numbers of subjects, regions and frames; every subject has a test and a retest
        session of one run.
    repetition_time
        Seconds.
    autocorrelation
        Correlation of neighbouring frames of a region.
    seed
        Seed of the noise.
    """

    design: ClassVar[Design] = "test-retest"
    notice: ClassVar[str | None] = "Simulated noise: there is no connectivity to be found."

    n_subjects: Annotated[int, Field(ge=2)] = 10
    n_regions: Annotated[int, Field(ge=2)] = 10
    n_frames: Annotated[int, Field(ge=20)] = 200
    repetition_time: Annotated[float, Field(gt=0)] = 0.72
    autocorrelation: Annotated[float, Field(ge=0, lt=1)] = 0.5
    seed: Annotated[int, Field(ge=0)] = 0

    def sessions(self) -> tuple[Session, ...]:
        """List a test and a retest session of every subject."""
        return tuple(
            Session(f"{subject:03}", session)
            for subject in range(1, self.n_subjects + 1)
            for session in ("retest", "test")
        )

    def listing(self) -> Listing:
        """List every session; none is refused."""
        return Listing(self.sessions())

    def load(self, session: Session) -> TimeSeries:
        """Return one session's noise, the same at every call."""
        stream = [1, self.seed, int(session.subject), session.session == "test"]
        steps = np.random.default_rng(stream).normal(size=(self.n_frames, self.n_regions))
        values = lfilter([1.0], [1.0, -self.autocorrelation], steps, axis=0)
        return TimeSeries((values,), self.repetition_time, self.region_table().regions)

    def probe(self, session: Session) -> None:
        """Do nothing, because there is no file to check."""

    def quality(self, session: Session) -> Mapping[str, float]:  # noqa: ARG002
        """Return no measurements, because there is nothing but the series."""
        return {}

    def quality_files(self, session: Session) -> tuple[Path, ...]:  # noqa: ARG002
        """Return no files."""
        return ()

    def shared_files(self) -> tuple[Path, ...]:
        """Return no files."""
        return ()

    def region_table(self) -> RegionTable:
        """Name the regions by number."""
        return RegionTable.ungrouped([f"region-{n:03}" for n in range(1, self.n_regions + 1)])
