"""Direction evidence summed by groups of subjects, for cross-fitted cohort directions."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from attnconn_core.connectivity.cohort_directed import DirectionSums
from attnconn_core.errors import CohortError
from attnconn_core.records import TimeSeries

__all__ = ["PooledDirections"]


@dataclass(frozen=True, eq=False)
class PooledDirections:
    """Sums of a cohort's direction evidence, one per group of subjects.

    Attributes
    ----------
    regions
        Region names, the same in every scan.
    group_of
        Subject → number of its group, as assigned by `attnconn_core.forecasting.deal`.
    sums
        Number of a group → sums over all its subjects.

    Examples
    --------
    >>> from attnconn_core.timeseries.events import draw_event_network, simulate_events
    >>> coupling = draw_event_network(3, seed=0)
    >>> scans = {s: simulate_events(coupling, frames=100, seed=n) for n, s in enumerate("abc")}
    >>> by_subject = ((subject, [scan]) for subject, scan in scans.items())
    >>> pooled = PooledDirections.of(by_subject, {"a": 0, "b": 0, "c": 1})
    >>> pooled.outside({"a"}).sessions
    1
    """

    regions: tuple[str, ...]
    group_of: Mapping[str, int]
    sums: Mapping[int, DirectionSums] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        subjects: Iterable[tuple[str, Sequence[TimeSeries]]],
        group_of: Mapping[str, int],
    ) -> "PooledDirections":
        """Return the pooled sums of some subjects; only one is in memory at a time.

        Parameters
        ----------
        subjects
            Pairs of a subject and the training frames of all its sessions.
        group_of
            Subject → number of its group.

        Raises
        ------
        CohortError
            If there is no subject, or as for `plus`.
        SeriesError
            As for `plus`.
        """
        pooled = None
        for subject, series in subjects:
            pooled = (pooled or cls(series[0].regions, group_of)).plus(subject, series)
        if pooled is None:
            raise CohortError("pooled directions need at least one subject; got none")
        return pooled

    def plus(self, subject: str, series: Sequence[TimeSeries]) -> "PooledDirections":
        """Return the sums with one subject's sessions added; add all its sessions at once.

        Raises
        ------
        CohortError
            If the subject is in no group, or a session has other regions.
        SeriesError
            As for `DirectionSums.of`.
        """
        if subject not in self.group_of:
            raise CohortError(
                "only subjects that were assigned to a group can be pooled; "
                f"{subject} was not (subjects in groups: {len(self.group_of)})"
            )
        for session in series:
            if session.regions != self.regions:
                raise CohortError(
                    f"scans that are pooled must have the same {len(self.regions)} regions; "
                    f"{subject} has {len(session.regions)} or other names"
                )
        added = DirectionSums.of(series)
        group = self.group_of[subject]
        before = self.sums.get(group)
        summed = added if before is None else before.plus(added)
        return replace(self, sums=MappingProxyType({**self.sums, group: summed}))

    @property
    def total(self) -> DirectionSums:
        """Return the sum over all groups, for studies that name the training subjects."""
        return functools.reduce(
            DirectionSums.plus, (self.sums[group] for group in sorted(self.sums))
        )

    def outside(self, subjects: Collection[str]) -> DirectionSums:
        """Return the sum over the groups that contain none of the given subjects.

        All subjects of one group share the same others, so their results can be compared.
        The other groups are added up; nothing is subtracted from the total, so no trace of the
        given subjects remains, not even by rounding.

        Raises
        ------
        CohortError
            If no group is left.
        """
        own = {self.group_of[subject] for subject in subjects if subject in self.group_of}
        chosen = [self.sums[group] for group in sorted(self.sums) if group not in own]
        if not chosen:
            raise CohortError(
                "cohort directions need scans of subjects outside the groups of those compared; "
                f"all {len(self.group_of)} subjects are in these groups"
            )
        return functools.reduce(DirectionSums.plus, chosen)
