"""Pairs of test and retest sessions, and the pools in which subjects are compared."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from attnconn_core.errors import CohortError, UnpairedError
from attnconn_core.records import Cohort, Session
from attnconn_core.wording import agreeing

__all__ = ["PooledPairs", "pair_within_pools"]


@dataclass(frozen=True, eq=False)
class PooledPairs:
    """Test and retest sessions of the subjects that are compared.

    Attributes
    ----------
    pairs
        Test and retest session per subject, in order of subjects.
    pools
        Number of each pair's pool: subjects are compared within their pool only.
    unpaired
        Keys of the sessions left out because their subject has no second session.
    alone
        Subjects left out although they have both: nobody else with two sessions is in their
        pool.
    """

    pairs: tuple[tuple[Session, Session], ...]
    pools: Int[np.ndarray, " subject"]
    unpaired: tuple[str, ...]
    alone: tuple[str, ...] = ()

    @property
    def subjects(self) -> list[str]:
        """The subject of every pair."""
        return [test.subject for test, _ in self.pairs]

    @property
    def n_pools(self) -> int:
        """Number of pools."""
        return len(set(self.pools.tolist()))

    @property
    def notes(self) -> tuple[str, ...]:
        """Return notes on subjects that are alone, and on the names of the sessions."""
        return (*self.notes_on_alone, *self._on_names())

    @property
    def notes_on_alone(self) -> tuple[str, ...]:
        """Return a note on subjects that are alone in their pool; empty if nobody is."""
        if not self.alone:
            return ()
        who = "subjects" if len(self.alone) > 1 else "subject"
        return (
            (
                f"{who} {', '.join(self.alone)} {agreeing(self.alone, 'has')} both sessions and "
                f"{agreeing(self.alone, 'is')} still not in the fingerprint: subjects are compared "
                "within the pool that one cohort model reads, and nobody else of that pool has "
                "both. A study without methods that use other subjects' data keeps everybody"
            ),
        )

    def _on_names(self) -> Iterator[str]:
        """Yield a note on the names of the sessions, unless they are called test and retest."""
        named = Counter((test.session, retest.session) for test, retest in self.pairs)
        if all((test.lower(), retest.lower()) == ("test", "retest") for test, retest in named):
            return
        listed = ", ".join(
            f"{test} and {retest} in {n} subject{'s' * (n > 1)}"
            for (test, retest), n in named.items()
        )
        yield f"test and retest are the sessions {listed}; the study's key `sessions` chooses them"

    @property
    def chance(self) -> float:
        """Accuracy expected by guessing."""
        return self.n_pools / len(self.pairs)


def pair_within_pools(cohort: Cohort, pools: Mapping[str, int]) -> PooledPairs:
    """Return the pairs of sessions of all subjects that share their pool with another subject.

    Every method is scored on the same comparisons, so that methods can be compared. A
    subject that is alone in its pool is left out and listed.

    Parameters
    ----------
    cohort
        The sessions.
    pools
        Subject → number of the cohort model that reads it; 0 for subjects that aren't listed.

    Raises
    ------
    CohortError
        If no pool has 2 subjects with test and retest.
    """
    pairs = cohort.pairs()
    numbers = [pools.get(test.subject, 0) for test, _ in pairs]
    kept: list[tuple[Session, Session]] = []
    excluded: list[tuple[Session, Session]] = []
    for pair, number in zip(pairs, numbers, strict=True):
        (kept if numbers.count(number) > 1 else excluded).append(pair)
    if not kept:
        shared = " of one cohort model" if len(pairs) > 1 else ""
        raise (CohortError if pairs else UnpairedError)(
            f"a fingerprint needs at least 2 subjects{shared} with a test and a retest session; "
            f"got {len(pairs)} with both sessions, of {len(cohort.subjects)}; there are the "
            f"sessions {_sessions_listed(cohort)}"
            + (", and no two of them were read by the same model" if shared else "")
        )
    return PooledPairs(
        tuple(kept),
        np.array([pools.get(test.subject, 0) for test, _ in kept], dtype=np.int64),
        tuple(session.key for session in cohort.unpaired()),
        tuple(test.subject for test, _ in excluded),
    )


def _sessions_listed(cohort: Cohort) -> str:
    """Return a cohort's session names and their numbers in words: ``test (7), retest (6)``."""
    return ", ".join(f"{name} ({n})" for name, n in cohort.session_names.items()) or "none"
