"""Pooled moments: those of a cohort's scans, and of the cohort without any one subject."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from attnconn_core.errors import CohortError, ParameterError
from attnconn_core.forecasting.moments import LaggedMoments, lagged_moments
from attnconn_core.records import TimeSeries

__all__ = ["PooledMoments", "deal"]

# If there are more pools, there is one group per pool.
_GROUPS = 10


def deal(subjects: Iterable[str], *, pools: Sequence[Collection[str]] = ()) -> Mapping[str, int]:
    """Assign subjects to groups, in the order of their names; one per group if possible.

    Parameters
    ----------
    subjects
        Subjects to assign.
    pools
        Sets of subjects that are compared with each other, such as those of a `GroupFold`. No
        group holds subjects of two pools, so `PooledMoments.outside` a pool leaves out only
        that pool.

    Returns
    -------
    Subject → number of its group, from 0.
    """
    ordered = sorted(set(subjects))
    if len(ordered) <= _GROUPS or not pools:
        return MappingProxyType({subject: at % _GROUPS for at, subject in enumerate(ordered)})
    per_pool = max(1, _GROUPS // len(pools))
    return MappingProxyType(
        {
            subject: number * per_pool + at % per_pool
            for number, compared in enumerate(pools)
            for at, subject in enumerate(name for name in ordered if name in compared)
        }
    )


@dataclass(frozen=True, eq=False)
class PooledMoments:
    """Sums of a cohort's standardised moments, one per group of subjects.

    Cohort methods use the sum over all groups except the subject's own. With at most ten
    groups this is leave-one-subject-out for up to ten subjects and leave-a-tenth-out for more,
    and memory doesn't grow with the cohort.

    Attributes
    ----------
    lags, regions
        Number of past frames, and the region names, the same in every scan.
    group_of
        Subject → number of its group, from `deal`.
    sums
        Number of a group → summed moments of its scans, each standardised separately.
        A group without scans has no entry.

    Examples
    --------
    >>> import numpy as np
    >>> from attnconn_core.records import TimeSeries
    >>> rng = np.random.default_rng(0)
    >>> scans = {s: TimeSeries((rng.standard_normal((50, 2)),), 0.72, ("a", "b")) for s in "xyz"}
    >>> pooled = PooledMoments.of(scans.items(), 1, deal(scans))
    >>> pooled.without("x").n_samples
    98
    """

    lags: int
    regions: tuple[str, ...]
    group_of: Mapping[str, int]
    sums: Mapping[int, LaggedMoments] = field(default_factory=dict)

    @classmethod
    def of(
        cls, scans: Iterable[tuple[str, TimeSeries]], lags: int, group_of: Mapping[str, int]
    ) -> "PooledMoments":
        """Return the pooled moments of some scans; only one scan is in memory at a time.

        Parameters
        ----------
        scans
            Pairs of a subject and the training frames of one of the subject's scans.
        lags, group_of
            As for the attributes.

        Raises
        ------
        CohortError
            If there is no scan, or as for `plus`.
        ParameterError, SeriesError
            As for `plus`.
        """
        pooled = None
        for subject, series in scans:
            pooled = (pooled or cls(lags, series.regions, group_of)).plus(subject, series)
        if pooled is None:
            raise CohortError("pooled moments need at least one scan; got none")
        return pooled

    def plus(self, subject: str, series: TimeSeries) -> "PooledMoments":
        """Return the pooled moments with one scan added; give its training frames only.

        Raises
        ------
        CohortError
            If the subject is in no group.
        ParameterError
            If the scan has other regions, or `lags` is below 1.
        SeriesError
            If no run is longer than `lags`, or a region doesn't change.
        """
        if subject not in self.group_of:
            raise CohortError(
                "only subjects that were assigned to a group can be pooled; "
                f"{subject} was not (subjects in groups: {len(self.group_of)})"
            )
        if series.regions != self.regions:
            raise ParameterError(
                f"scans that are pooled must have the same regions; {subject} has "
                f"{len(series.regions)} beginning with {series.regions[0]}, the others "
                f"{len(self.regions)} beginning with {self.regions[0]}"
            )
        added = lagged_moments(series.runs, self.lags, standardise=True).standardised
        group = self.group_of[subject]
        before = self.sums.get(group)
        summed = added if before is None else before.plus(added)
        return replace(self, sums=MappingProxyType({**self.sums, group: summed}))

    @property
    def total(self) -> LaggedMoments:
        """Return the sum over all groups.

        Raises
        ------
        CohortError
            If no scan was added.
        """
        return self._summed(self.sums, "of the whole cohort")

    def without(self, subject: str) -> LaggedMoments:
        """Return the sum over all groups except the subject's own.

        For a subject in no group, this is the sum over all groups. The other groups are added
        up; nothing is subtracted from the total, so no trace of the subject's data remains, not
        even by rounding.

        Raises
        ------
        CohortError
            If no other group has scans.
        """
        own = self.group_of.get(subject)
        return self._summed([group for group in self.sums if group != own], f"without {subject}")

    def outside(self, subjects: Collection[str]) -> LaggedMoments:
        """Return the sum over the groups that contain none of the given subjects.

        All subjects of one pool then share the same others, so their results can be compared.
        With `without`, a subject could be identified by who is left out.

        Raises
        ------
        CohortError
            If no other group has scans.
        """
        own = {self.group_of[subject] for subject in subjects if subject in self.group_of}
        which = f"without {len(subjects)} subjects"
        return self._summed([group for group in self.sums if group not in own], which)

    def _summed(self, groups: Iterable[int], which: str) -> LaggedMoments:
        chosen = [self.sums[group] for group in sorted(groups)]
        if not chosen:
            raise CohortError(
                f"pooled moments {which} need the scans of at least one other subject; "
                f"subjects in groups: {', '.join(sorted(self.group_of)[:5]) or 'none'}"
            )
        return functools.reduce(LaggedMoments.plus, chosen)
