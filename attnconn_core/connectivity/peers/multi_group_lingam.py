"""DirectLiNGAM of many sessions at once, by lingam: one order, effects of each session's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.peers.direct_lingam import lingam_frames
from attnconn_core.connectivity.peers.library import require
from attnconn_core.errors import CohortError
from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["MultiGroupLingam"]


@dataclass(frozen=True)
class MultiGroupLingam:
    """`DirectLingam` with one order of regions for all sessions, and effects for each.

    Every session's matrix rests on the others' data through the order: its metrics say
    ``cohort_informed``. The library is lingam.

    References
    ----------
    Shimizu 2012, Neurocomputing 81: 104–107.
    """

    method: ClassVar[str] = "multi_group_lingam"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    library: ClassVar[str] = "lingam"

    def estimate_cohort(self, cohort: Sequence[TimeSeries]) -> tuple[Connectivity, ...]:
        """Return the effects of every session, in the order given.

        Raises
        ------
        CohortError
            If there are fewer than two sessions, or their regions differ.
        ParameterError
            If lingam isn't installed.
        SeriesError
            As `DirectLingam.estimate` does.
        """
        if len(cohort) < 2:
            raise CohortError(f"{self.method} needs at least 2 sessions; got {len(cohort)}")
        regions = cohort[0].regions
        if any(session.regions != regions for session in cohort):
            raise CohortError(f"{self.method}: every session must have the same regions")
        frames = [lingam_frames(session, self.method) for session in cohort]
        model = require(self.library, self.method).MultiGroupDirectLiNGAM()
        effects = model.fit(frames).adjacency_matrices_
        return tuple(
            Connectivity(
                np.asarray(values, dtype=np.float64),
                regions,
                self.method,
                self.directed,
                {"cohort_informed": 1.0},
            )
            for values in effects
        )
