"""Cross-fitting: which sessions train each cohort model, and which subjects it is applied to."""

from dataclasses import dataclass

from sklearn.model_selection import KFold

from attnconn_core.errors import CohortError
from attnconn_core.records import Cohort, Session

__all__ = ["GroupFold", "group_folds"]


_COMPARED = 3


@dataclass(frozen=True)
class GroupFold:
    """One cohort model: the sessions it is trained on and the subjects it is applied to.

    Attributes
    ----------
    name
        ``"fold-1"`` and so on, or ``"train"`` if the study names the training sessions.
    trains
        Sessions that the model is trained on.
    reads
        Subjects whose connectivity is estimated with the model; None for all.
    """

    name: str
    trains: tuple[Session, ...]
    reads: frozenset[str] | None


def group_folds(cohort: Cohort, n_folds: int, seed: int) -> tuple[GroupFold, ...]:
    """Return the cohort models that a cohort needs.

    If sessions carry a group, one model is trained on those in ``"train"`` and applied to all.
    Otherwise, subjects are divided into folds, and every fold is read with a model that was
    trained on none of its subjects: no connectivity comes from a model that saw the subject.

    Parameters
    ----------
    cohort
        All sessions; all sessions of a subject stay in one fold.
    n_folds
        Largest number of folds. With six subjects or more it is lowered until every model is
        applied to at least three subjects: only matrices from one model can be compared, and
        z-scored over two subjects every edge is 1 or −1.
    seed
        Seed of the division into folds.

    Raises
    ------
    CohortError
        If no session is in ``"train"``, some sessions carry a group and others don't, a subject
        is in both groups, or there are fewer than three subjects to cross-fit over.
    """
    groups = {session.group for session in cohort.sessions}
    if groups - {None}:
        return (_named_fold(cohort),)
    subjects = cohort.subjects
    if len(subjects) < 3:
        raise CohortError(
            f"cross-fitting needs at least 3 subjects: one to train a model on and two to apply "
            f"it to; got {len(subjects)}"
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
            "if any session has a group, every session must be in group train or test; "
            f"not in either: {', '.join(unknown[:5])}"
        )
    trains = tuple(session for session in cohort.sessions if session.group == "train")
    if not trains:
        raise CohortError("a cohort model needs sessions in group train; got none")
    tests = {session.subject for session in cohort.sessions if session.group == "test"}
    both = sorted(tests & {session.subject for session in trains})
    if both:
        raise CohortError(
            f"a subject must be in one group; in train and test: {', '.join(both[:5])}"
        )
    return GroupFold("train", trains, None)
