"""Directed connectivity of a session, informed by the cohort's other subjects."""

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
    """Log odds of a session and of its two halves, and its partial correlation."""

    log_odds: BySource
    partial: BySource
    first: BySource
    second: BySource


class DirectionSums(NamedTuple):
    """Sums of direction evidence over one subject's sessions, or over several subjects.

    Attributes
    ----------
    sessions
        Number of sessions.
    log_odds, partial
        (target, source): sums over sessions.
    first, second
        (target, source): sums of the log odds of the sessions' first and second halves.
    power
        Sum over sessions of the mean square, over pairs, of the log odds.
    halves
        Sum over sessions of the mean product of the log odds of the two halves.
    own_power, own_halves
        `power` and `halves`, computed from each subject's sums and summed over subjects.
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
        """Return the sums over one subject's sessions.

        Raises
        ------
        SeriesError
            As for `Directed.estimate`, also for half a session.
        """
        return cls.of_evidence([_evidence(session) for session in series])

    @classmethod
    def of_evidence(cls, evidence: Sequence["Evidence"]) -> "DirectionSums":
        """Return the sums over the evidence of one subject's sessions."""
        log_odds, partial, first, second = (
            np.sum(matrices, axis=0) for matrices in zip(*evidence, strict=True)
        )
        return cls(
            len(evidence),
            log_odds,
            partial,
            first,
            second,
            sum(_product(session.log_odds, session.log_odds) for session in evidence),
            sum(_product(session.first, session.second) for session in evidence),
            _product(log_odds, log_odds),
            _product(first, second),
            len(evidence) ** 2,
        )

    def plus(self, other: "DirectionSums") -> "DirectionSums":
        """Return these sums plus those of another subject, or of several."""
        return DirectionSums(*map(add, self, other))

    def minus(self, other: "DirectionSums") -> "DirectionSums":
        """Return these sums minus sums that were added before."""
        return DirectionSums(*map(sub, self, other))


def share_of_others(others: DirectionSums) -> float:
    """Return λ, the weight of the other subjects' mean relative to the session itself.

    The evidence of a session is modelled as a sum of three parts: one shared by all subjects,
    one specific to the subject, and noise. Their variances are estimated from mean products:

    - of two subjects' evidence: the variance of the shared part;
    - of the two halves of a session: that of the shared and of the specific part together;
    - of a session with itself: the total variance.

    The best linear prediction of a subject's evidence weights the session and the mean of the
    others; λ is the second weight divided by the first. The session that λ is applied to
    doesn't enter λ, unless it is among the others.

    Without a subject-specific part, λ is the number of the others' sessions, as if all were one
    long scan. Without a shared part, it is 0.
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
    # The subject-specific part is in all of the subject's sessions, so it doesn't average out.
    of_mean = shared + noise / n + own * others.own_sessions / n**2
    weight_own = (shared + own) * of_mean - shared**2
    return float(shared * noise / weight_own) if weight_own > 0 else float(n)


@dataclass(frozen=True)
class CohortDirected:
    """`Directed`, with evidence from the other subjects' sessions.

    The log odds and the partial correlations of a session become (own + λ × mean of the other
    subjects' sessions) / (1 + λ). This is a mean, not a sum: for two regions that drive each
    other, the sum would grow to certainty that one of them doesn't. λ is estimated on the other
    subjects only; see `share_of_others`. Where subjects share a graph, this detects directions
    that no single scan can show. Part of each matrix then comes from the cohort, which scores
    that compare subjects must report.

    Attributes
    ----------
    others
        Sums over the other subjects; no session that is estimated may be among them. None uses
        each session alone. `estimate_cohort` makes these sums. If a study names the training
        subjects, the sums are over all of those and the same for every session.
    saw_subject
        Whether the session's own subject is among the others, or None if this isn't known. If
        known, each matrix carries it as a metric.
    """

    others: DirectionSums | None = None
    saw_subject: bool | None = None

    method: ClassVar[str] = "directed_cohort"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = (
        r"w_{ij} = |\rho_{ij \mid \text{rest}}| \, (1 + \tanh(\ell_{ij} / 2)), \quad "
        r"\ell = \frac{\ell^{\text{own}} + \mu\, \bar \ell^{\text{others}}}{1 + \mu}, "
        r"\quad "
        r"\rho = \frac{\rho^{\text{own}} + \mu\, \bar \rho^{\text{others}}}{1 + \mu}"
    )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the directed connectivity from a session's own evidence and that of the others.

        Returns
        -------
        Connectivity
            As for `Directed`. Metrics: ``cohort_weight``, λ; ``cohort_share``, λ / (1 + λ); and
            ``cohort_informed``, which is 0 if λ is 0 (the matrix is then that of `Directed`).

        Raises
        ------
        SeriesError
            As for `Directed.estimate`.
        CohortError
            If the others have a different number of regions.
        """
        own = Directed()
        return self._joined(own.log_odds(series), own.partial(series), series)

    def estimate_cohort(
        self, series: Sequence[TimeSeries], subjects: Sequence[str] | None = None
    ) -> tuple[Connectivity, ...]:
        """Return the matrix of every session, each with the evidence of the other subjects.

        Parameters
        ----------
        series
            Sessions with the same regions.
        subjects
            Subject of each session; None treats each session as a different subject.

        Raises
        ------
        SeriesError
            As for `Directed.estimate`.
        CohortError
            If there is no session, the regions differ, or `series` and `subjects` differ in
            length.
        """
        names = [str(n) for n in range(len(series))] if subjects is None else list(subjects)
        if not series or len(names) != len(series):
            raise CohortError(
                f"a cohort needs at least one session, and one subject per session; "
                f"got {len(series)} sessions and {len(names)} subjects"
            )
        if len({session.regions for session in series}) > 1:
            raise CohortError("all sessions of a cohort must have the same regions; they differ")
        evidence = [_evidence(session) for session in series]
        sums = {
            subject: DirectionSums.of_evidence(
                [own for own, name in zip(evidence, names, strict=True) if name == subject]
            )
            for subject in dict.fromkeys(names)
        }
        total = reduce(DirectionSums.plus, sums.values())
        return tuple(
            CohortDirected(total.minus(sums[name]) if len(sums) > 1 else None)._joined(
                own.log_odds, own.partial, session
            )
            for own, name, session in zip(evidence, names, series, strict=True)
        )

    def _joined(self, log_odds: BySource, partial: BySource, series: TimeSeries) -> Connectivity:
        weight = 0.0
        if self.others is not None:
            if self.others.log_odds.shape != log_odds.shape:
                raise CohortError(
                    f"the other subjects must have the session's {len(log_odds)} regions; "
                    f"they have {len(self.others.log_odds)}"
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
