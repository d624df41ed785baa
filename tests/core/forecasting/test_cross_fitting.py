import pytest

from attnconn_core.errors import CohortError
from attnconn_core.forecasting import group_folds
from attnconn_core.records import Cohort, Session


def cohort(n: int, groups=lambda _: None) -> Cohort:
    subjects = [f"{number:02}" for number in range(n)]
    return Cohort(
        tuple(
            Session(subject, session, group=groups(subject))
            for subject in subjects
            for session in ("test", "retest")
        )
    )


@pytest.mark.parametrize(
    ("n", "asked", "models"), [(7, 2, 2), (7, 5, 2), (9, 5, 3), (20, 5, 5), (3, 5, 2)]
)
def test_nobody_is_read_by_a_model_that_saw_them(n, asked, models):
    folds = group_folds(cohort(n), asked, seed=1)
    assert len(folds) == models
    for fold in folds:
        assert not fold.reads & {session.subject for session in fold.trains}
    assert sorted(subject for fold in folds for subject in fold.reads) == sorted(cohort(n).subjects)


def test_a_model_reads_at_least_two_so_that_they_can_be_compared():
    assert min(len(fold.reads) for fold in group_folds(cohort(9), 9, seed=0)) >= 2


def test_the_deal_is_seeded():
    assert group_folds(cohort(9), 3, seed=4) == group_folds(cohort(9), 3, seed=4)
    assert group_folds(cohort(9), 3, seed=4) != group_folds(cohort(9), 3, seed=5)


def test_where_the_study_says_who_trains_one_model_reads_everyone():
    named = cohort(6, lambda subject: "train" if subject < "04" else "test")
    (fold,) = group_folds(named, 3, seed=0)
    assert {session.subject for session in fold.trains} == {"00", "01", "02", "03"}
    assert fold.reads is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (cohort(2), "at least 3 subjects.*got 2"),
        (cohort(4, lambda s: "train" if s == "00" else None), "group train or test; not in either"),
        (cohort(4, "test".format), "sessions in group train; got none"),
        (
            Cohort((Session("1", "test", group="test"), Session("1", "retest", group="train"))),
            "in train and test: 1",
        ),
    ],
)
def test_a_group_that_can_t_be_trained_is_refused(wrong, words):
    with pytest.raises(CohortError, match=words):
        group_folds(wrong, 3, seed=0)
