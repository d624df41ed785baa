"""Cross-fitting: whose scans train a group model, and whose it may then be read on."""

from dataclasses import dataclass

from sklearn.model_selection import KFold

from attnconn_core.errors import CohortError
from attnconn_core.records import Cohort, Session

__all__ = ["GroupFold", "group_folds"]


_COMPARED = 3


@dataclass(frozen=True)
class GroupFold:
    """One model of a group.

    Attributes
    ----------
    name
        ``"fold-1"`` and so on, or ``"train"`` where the study says who trains.
    trains
        The sessions that it is trained on.
    reads
        The subjects whose connectivity it gives; None for everyone.
    """

    name: str
    trains: tuple[Session, ...]
    reads: frozenset[str] | None


def group_folds(cohort: Cohort, n_folds: int, seed: int) -> tuple[GroupFold, ...]:
    """Say which models a group needs.

    Where sessions carry a group, one model trains on those in ``"train"`` and is read
    on everyone. Where they don't, subjects are dealt into folds and every fold is read
    by a model that saw none of its subjects: no connectivity comes from a model that
    knew the subject.

    Parameters
    ----------
    cohort
        All sessions; both sessions of a subject stay on one side.
    n_folds
        At most; no more than leave every model three subjects to be read on, where
        there are six. Only matrices from one model can be compared, and z-scored over
        two subjects every edge is 1 or −1.
    seed
        Deals the subjects.

    Raises
    ------
    CohortError
        If nobody trains, some sessions carry a group and others don't, a subject is in
        both groups, or there are fewer than three subjects to cross-fit over.
    """
    groups = {session.group for session in cohort.sessions}
    if groups - {None}:
        return (_named_fold(cohort),)
    subjects = cohort.subjects
    if len(subjects) < 3:
        raise CohortError(
            f"cross-fitting needs at least 3 subjects, so that a model can be read on two that "
            f"it didn't see; got {len(subjects)}"
        )
    n_models = max(2, min(n_folds, len(subjects) // _COMPARED))
    dealt = KFold(n_models, shuffle=True, random_state=seed).split(subjects)
    return tuple(
        GroupFold(
            name=f"fold-{number}",
            trains=tuple(s for s in cohort.sessions if s.subject in {subjects[i] for i in inside}),
            reads=frozenset(subjects[i] for i in outside),
        )
        for number, (inside, outside) in enumerate(dealt, start=1)
    )


def _named_fold(cohort: Cohort) -> GroupFold:
    unknown = [s.key for s in cohort.sessions if s.group not in ("train", "test")]
    if unknown:
        raise CohortError(
            "where a study says who trains, every session must be in group train or test; "
            f"not so: {', '.join(unknown[:5])}"
        )
    trains = tuple(session for session in cohort.sessions if session.group == "train")
    if not trains:
        raise CohortError("a group model needs sessions in group train; got none")
    tests = {session.subject for session in cohort.sessions if session.group == "test"}
    both = sorted(tests & {session.subject for session in trains})
    if both:
        raise CohortError(
            f"a subject must be in one group; in train and test: {', '.join(both[:5])}"
        )
    return GroupFold("train", trains, None)
