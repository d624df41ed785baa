"""Pooled directions: what groups of subjects say of directions, and what is outside a pool."""

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
    """Sums of a cohort's evidence of directions, by groups of subjects.

    Attributes
    ----------
    regions
        Their names, the same in every scan.
    group_of
        Subject → number of its group, as `attnconn_core.forecasting.deal` deals them.
    sums
        Number of a group → the sums of all its subjects.

    Examples
    --------
    >>> from attnconn_core.timeseries.events import draw_event_network, simulate_events
    >>> network = draw_event_network(3, seed=0)
    >>> scans = {s: simulate_events(network, frames=100, seed=n) for n, s in enumerate("abc")}
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
        """Pool subjects, of which one is held at a time.

        Parameters
        ----------
        subjects
            Each with the frames of all its sessions that may be learnt from.
        group_of
            See the attributes.

        Raises
        ------
        CohortError
            If there is no subject, or as `plus` does.
        SeriesError
            As `plus` does.
        """
        pooled = None
        for subject, series in subjects:
            pooled = (pooled or cls(series[0].regions, group_of)).plus(subject, series)
        if pooled is None:
            raise CohortError("pooled directions need at least one subject; got none")
        return pooled

    def plus(self, subject: str, series: Sequence[TimeSeries]) -> "PooledDirections":
        """Add all of a subject's sessions, once.

        Raises
        ------
        CohortError
            If the subject was dealt into no group, or a session has other regions.
        SeriesError
            As `DirectionSums.of` does.
        """
        if subject not in self.group_of:
            raise CohortError(
                "only subjects that were dealt into a group can be pooled; "
                f"{subject} was not (there are {len(self.group_of)})"
            )
        for each in series:
            if each.regions != self.regions:
                raise CohortError(
                    f"scans that are pooled must have the same {len(self.regions)} regions; "
                    f"{subject} has {len(each.regions)} or other names"
                )
        added = DirectionSums.of(series)
        group = self.group_of[subject]
        before = self.sums.get(group)
        summed = added if before is None else before.plus(added)
        return replace(self, sums=MappingProxyType({**self.sums, group: summed}))

    @property
    def total(self) -> DirectionSums:
        """Add up all groups: what all have in common where a study names who trains."""
        return functools.reduce(DirectionSums.plus, (self.sums[each] for each in sorted(self.sums)))

    def outside(self, subjects: Collection[str]) -> DirectionSums:
        """Add up the groups that hold none of some subjects.

        All of a pool have the same others then, so that what rests on them can be compared.
        The groups are added without theirs, not subtracted from the total: no trace of them
        is left, not even by rounding.

        Raises
        ------
        CohortError
            If there are no others.
        """
        own = {self.group_of[subject] for subject in subjects if subject in self.group_of}
        chosen = [self.sums[group] for group in sorted(self.sums) if group not in own]
        if not chosen:
            raise CohortError(
                "directions of a cohort need scans of subjects beside those compared; "
                f"all {len(self.group_of)} are among them or in their groups"
            )
        return functools.reduce(DirectionSums.plus, chosen)
