import pytest

from attnconn_core.errors import CohortError
from attnconn_core.records import Cohort, Session
from attnconn_core.scoring.fingerprint.pairing import pair_within_pools

SESSIONS = {"t": "test", "r": "retest"}


def cohort(*sessions):
    return Cohort(tuple(Session(name[:-1], SESSIONS[name[-1]]) for name in sessions))


EVERYBODY = cohort("at", "ar", "bt", "br", "ct", "cr", "dt")


def test_without_pools_everybody_with_both_sessions_is_compared():
    compared = pair_within_pools(EVERYBODY, {})
    assert compared.subjects == ["a", "b", "c"]
    assert compared.pools.tolist() == [0, 0, 0]
    assert compared.unpaired == ("sub-d_ses-test",)
    assert (compared.n_pools, compared.chance) == (1, 1 / 3)


def test_who_is_alone_in_a_pool_is_left_out_and_named():
    compared = pair_within_pools(EVERYBODY, {"a": 4, "b": 2, "c": 4, "d": 2})
    assert compared.subjects == ["a", "c"]
    assert compared.pools.tolist() == [4, 4]
    assert compared.unpaired == ("sub-d_ses-test",)
    assert compared.alone == ("b",)
    assert compared.chance == 0.5
    (note,) = compared.notes
    assert note.startswith("subject b has both sessions and is still not in the fingerprint")


@pytest.mark.parametrize("pools", [{"a": 1, "b": 2}, {}])
def test_nobody_to_be_compared_with_is_an_error(pools):
    few = cohort("at", "ar", "bt", "br") if pools else cohort("at", "ar", "bt")
    with pytest.raises(CohortError, match=f"got {2 if pools else 1} with both sessions, of 2"):
        pair_within_pools(few, pools)


def test_what_is_compared_is_said_unless_its_names_say_it():
    assert pair_within_pools(EVERYBODY, {}).notes == ()
    sessions = tuple(Session(name, session) for name in "abc" for session in ("01", "02", "03"))
    (note,) = pair_within_pools(Cohort(sessions), {}).notes
    assert "the sessions 01 and 02 in 3 subjects" in note


def test_the_names_of_sessions_that_are_no_pair_are_listed():
    sessions = tuple(Session(name, session) for name in "ab" for session in ("01", "02"))
    with pytest.raises(CohortError, match=r"there are the sessions 01 \(2\), 02 \(2\)"):
        pair_within_pools(Cohort(sessions, compared=("test", "retest")), {})
