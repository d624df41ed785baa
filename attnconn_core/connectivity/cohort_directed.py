"""Directions that rest on a session and, in part, on the cohort's other subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, sub
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.directed import Directed, directed_values
from attnconn_core.connectivity.estimator import seen
from attnconn_core.errors import CohortError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import split

__all__ = ["CohortDirected", "DirectionSums", "share_of_others"]

BySource = Float64[np.ndarray, "target source"]


class Evidence(NamedTuple):
    """Log odds of a session and of its halves, and its partial correlation."""

    log_odds: BySource
    partial: BySource
    first: BySource
    second: BySource


class DirectionSums(NamedTuple):
    """What one subject's sessions add up to; sums of several subjects are added alike.

    Attributes
    ----------
    sessions
        How many.
    log_odds, partial
        (target, source): sums over sessions.
    first, second
        (target, source): sums of the log odds of the sessions' first and second halves.
    power
        Sum over sessions of the mean square of the log odds, over pairs.
    halves
        Sum over sessions of the mean product of the log odds of the two halves.
    own_power, own_halves
        Sum over subjects of the same of the subject's own sums.
    own_sessions
        Sum over subjects of the squared number of sessions.
    """

    sessions: int
    log_odds: BySource
    partial: BySource
    first: BySource
    second: BySource
    power: float
    halves: float
    own_power: float
    own_halves: float
    own_sessions: int

    @classmethod
    def of(cls, series: Sequence[TimeSeries]) -> "DirectionSums":
        """Add up one subject's sessions.

        Raises
        ------
        SeriesError
            As `Directed.estimate` does, also for a half of a session.
        """
        return cls.of_evidence([_evidence(each) for each in series])

    @classmethod
    def of_evidence(cls, found: Sequence["Evidence"]) -> "DirectionSums":
        """Add up what is known of one subject's sessions."""
        log_odds, partial, first, second = (
            np.sum(each, axis=0) for each in zip(*found, strict=True)
        )
        return cls(
            len(found),
            log_odds,
            partial,
            first,
            second,
            sum(_product(each.log_odds, each.log_odds) for each in found),
            sum(_product(each.first, each.second) for each in found),
            _product(log_odds, log_odds),
            _product(first, second),
            len(found) ** 2,
        )

    def plus(self, other: "DirectionSums") -> "DirectionSums":
        """Add another subject's, or other subjects', sums."""
        return DirectionSums(*map(add, self, other))

    def minus(self, other: "DirectionSums") -> "DirectionSums":
        """Take sums away that were added before."""
        return DirectionSums(*map(sub, self, other))


def share_of_others(others: DirectionSums) -> float:
    """Return λ: how much the mean of other subjects' sessions weighs beside a session's own.

    Evidence of a session is taken for the sum of what all subjects share, what is the
    subject's own, and noise. The mean product of two subjects' evidence is the variance of
    what is shared; that of the two halves of a session also holds what is the subject's own.
    λ is the ratio of the two weights of the best linear prediction of a subject's evidence.
    The session it is used on has a part in it only if it is among the others.

    With nothing of the subject's own it is the number of the others' sessions, as if all were
    one long scan; with nothing shared it is 0.
    """
    n = others.sessions
    between = n**2 - others.own_sessions
    if between <= 0:
        return 0.0
    shared = (_product(others.log_odds, others.log_odds) - others.own_power) / between
    shared_halves = (_product(others.first, others.second) - others.own_halves) / between
    if shared <= 0 or shared_halves <= 0:
        return 0.0
    own = shared * max(0.0, others.halves / n / shared_halves - 1)
    noise = max(others.power / n - shared - own, 0.0)
    # What is a subject's own is in all of the subject's sessions, and doesn't average out.
    of_mean = shared + noise / n + own * others.own_sessions / n**2
    weight_own = (shared + own) * of_mean - shared**2
    return float(shared * noise / weight_own) if weight_own > 0 else float(n)


@dataclass(frozen=True)
class CohortDirected:
    """`Directed`, with evidence of the other subjects' sessions added to a session's own.

    A session's log odds, and its partial correlations, become (own + λ × mean of the other
    subjects' sessions) / (1 + λ): their mean, and not their sum, since of two regions that
    drive each other the sum would grow to certainty that one of them doesn't. λ is estimated
    on the other subjects alone; see `share_of_others`. Where subjects share a graph, directions
    become certain that no single scan shows; scores that compare subjects must say that part
    of each matrix is the cohort's.

    Attributes
    ----------
    others
        Sums over the other subjects, none of whose sessions is read; None leaves each session
        to itself. `estimate_cohort` makes them. Where a study names who trains they are all
        of these, the same for everyone.
    saw_subject
        Whether a session's own subject is among them, where that is known; then each matrix
        carries it as a metric.
    """

    others: DirectionSums | None = None
    saw_subject: bool | None = None

    method: ClassVar[str] = "directed_cohort"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Join a session's own evidence with that of the others.

        Returns
        -------
        Connectivity
            As `Directed`; its metrics hold ``cohort_weight`` (λ), ``cohort_share``, λ / (1 + λ),
            and ``cohort_informed``: 0 where λ is 0, and the matrix that of `Directed`.

        Raises
        ------
        SeriesError
            As `Directed.estimate` does.
        CohortError
            If the others have another number of regions.
        """
        own = Directed()
        return self._joined(own.log_odds(series), own.partial(series), series)

    def estimate_cohort(
        self, series: Sequence[TimeSeries], subjects: Sequence[str] | None = None
    ) -> tuple[Connectivity, ...]:
        """Estimate every session, each with the evidence of the other subjects.

        Parameters
        ----------
        series
            Sessions with the same regions.
        subjects
            Whose session each is; None makes each a subject of its own.

        Raises
        ------
        SeriesError
            As `Directed.estimate` does.
        CohortError
            If there is no session, their regions differ, or the subjects are not as many.
        """
        names = [str(n) for n in range(len(series))] if subjects is None else list(subjects)
        if not series or len(names) != len(series):
            raise CohortError(
                f"a cohort needs sessions, and a subject for each; "
                f"got {len(series)} sessions and {len(names)} subjects"
            )
        if len({each.regions for each in series}) > 1:
            raise CohortError("all sessions of a cohort must have the same regions; they differ")
        found = [_evidence(each) for each in series]
        sums = {
            subject: DirectionSums.of_evidence(
                [each for each, name in zip(found, names, strict=True) if name == subject]
            )
            for subject in dict.fromkeys(names)
        }
        total = reduce(DirectionSums.plus, sums.values())
        return tuple(
            CohortDirected(total.minus(sums[name]) if len(sums) > 1 else None)._joined(
                own.log_odds, own.partial, each
            )
            for own, name, each in zip(found, names, series, strict=True)
        )

    def _joined(self, log_odds: BySource, partial: BySource, series: TimeSeries) -> Connectivity:
        weight = 0.0
        if self.others is not None:
            if self.others.log_odds.shape != log_odds.shape:
                raise CohortError(
                    f"the others must have the session's {len(log_odds)} regions; "
                    f"got {len(self.others.log_odds)}"
                )
            weight = share_of_others(self.others)
            log_odds, partial = (
                (own + weight * total / self.others.sessions) / (1 + weight)
                for own, total in (
                    (log_odds, self.others.log_odds),
                    (partial, self.others.partial),
                )
            )
        values = directed_values(partial, log_odds)
        metrics = {
            "cohort_informed": float(weight > 0),
            "cohort_weight": weight,
            "cohort_share": weight / (1 + weight),
        } | seen(self.saw_subject)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)


def _evidence(series: TimeSeries) -> Evidence:
    own = Directed()
    first, second = split(series, 0.5)
    return Evidence(
        own.log_odds(series), own.partial(series), own.log_odds(first), own.log_odds(second)
    )


def _product(one: BySource, other: BySource) -> float:
    upper = np.triu_indices(len(one), 1)
    return float(np.mean(one[upper] * other[upper]))
