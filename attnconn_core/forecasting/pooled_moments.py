"""Pooled moments: what a cohort's scans say together, and without any one subject."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from attnconn_core.errors import CohortError, ParameterError
from attnconn_core.forecasting.moments import LaggedMoments, lagged_moments
from attnconn_core.records import TimeSeries

__all__ = ["PooledMoments", "deal"]

_GROUPS = 10


def deal(
    subjects: Iterable[str], n_groups: int = _GROUPS, *, pools: Sequence[Collection[str]] = ()
) -> Mapping[str, int]:
    """Deal subjects into groups, in the order of their names: each its own, if they suffice.

    Parameters
    ----------
    subjects
        Who is dealt.
    n_groups
        At most, or one a pool where there are more pools.
    pools
        Subjects that are compared with each other, such as those of a `GroupFold`: no group
        then holds subjects of two pools, so that `PooledMoments.outside` a pool loses nobody.

    Returns
    -------
    Subject → number of its group, from 0.

    Raises
    ------
    ParameterError
        If `n_groups` is below 2: no group would have others.
    """
    if n_groups < 2:
        raise ParameterError(f"subjects are dealt into at least 2 groups; got {n_groups}")
    ordered = sorted(set(subjects))
    if len(ordered) <= n_groups or not pools:
        return MappingProxyType({subject: at % n_groups for at, subject in enumerate(ordered)})
    each = max(1, n_groups // len(pools))
    return MappingProxyType(
        {
            subject: number * each + at % each
            for number, pool in enumerate(pools)
            for at, subject in enumerate(name for name in ordered if name in pool)
        }
    )


@dataclass(frozen=True, eq=False)
class PooledMoments:
    """Sums of the standardised moments of a cohort, by groups of subjects.

    What rests on other subjects' data takes the sum of all groups but the subject's own.
    With at most ten groups that is exactly leave-one-subject-out up to ten subjects and
    leave-a-tenth-out beyond, and memory doesn't grow with the cohort.

    Attributes
    ----------
    lags, regions
        Frames of the past, and the regions' names, the same in every scan.
    group_of
        Subject → number of its group, as `deal` deals them.
    sums
        Number of a group → the moments of all its scans, each scan standardised by itself.
        A group of which no scan was added has none.

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
        """Pool scans, of which one is held at a time.

        Parameters
        ----------
        scans
            Subjects, and the frames of a scan of theirs that may be learnt from.
        lags, group_of
            See the attributes.

        Raises
        ------
        CohortError
            If there is no scan, or as `plus` does.
        ParameterError, SeriesError
            As `plus` does.
        """
        pooled = None
        for subject, series in scans:
            pooled = (pooled or cls(lags, series.regions, group_of)).plus(subject, series)
        if pooled is None:
            raise CohortError("pooled moments need at least one scan; got none")
        return pooled

    def plus(self, subject: str, series: TimeSeries) -> "PooledMoments":
        """Add one scan: of the frames that may be learnt from, none that judge.

        Raises
        ------
        CohortError
            If the subject was dealt into no group.
        ParameterError
            If the scan has other regions, or `lags` is below 1.
        SeriesError
            If no run is longer than `lags`, or a region doesn't change.
        """
        if subject not in self.group_of:
            raise CohortError(
                f"only subjects that were dealt into a group can be pooled; {subject} was not "
                f"(there are {len(self.group_of)})"
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
        """Sum over all groups.

        Raises
        ------
        CohortError
            If no scan was added.
        """
        return self._summed(self.sums, "of the whole cohort")

    def without(self, subject: str) -> LaggedMoments:
        """Sum over all groups but the subject's own; over all if the subject is in none.

        The sum is taken without its group, not subtracted from the total: it holds no
        trace of the subject's data, not even by rounding.

        Raises
        ------
        CohortError
            If there are no others.
        """
        own = self.group_of.get(subject)
        return self._summed([group for group in self.sums if group != own], f"without {subject}")

    def outside(self, subjects: Collection[str]) -> LaggedMoments:
        """Sum over the groups that hold none of some subjects.

        All of a pool have the same others then, so that what rests on them can be compared:
        what rests on `without` a subject tells that subject by who is missing.

        Raises
        ------
        CohortError
            If there are no others.
        """
        own = {self.group_of[subject] for subject in subjects if subject in self.group_of}
        which = f"without {len(subjects)} subjects"
        return self._summed([group for group in self.sums if group not in own], which)

    def _summed(self, groups: Iterable[int], which: str) -> LaggedMoments:
        chosen = [self.sums[group] for group in sorted(groups)]
        if not chosen:
            raise CohortError(
                f"pooled moments {which} need the scans of at least one other subject; "
                f"subjects dealt: {', '.join(sorted(self.group_of)[:5]) or 'none'}"
            )
        return functools.reduce(LaggedMoments.plus, chosen)
