"""What failed for one cause is one line, and so is what waits for it."""

from attnconn_assets.building.causes import Cause, in_one_line
from attnconn_assets.operation.conclusion import complain
from attnconn_assets.operation.outcome import Outcome

KEYS = [f"sub-{n}_ses-a" for n in range(1, 9)]


def reason(key, column="time"):
    return f"/scans/{key}.csv: {column!r} holds {key[4]}.5, 3; no region"


def test_one_mistake_in_every_file_fails_in_one_line():
    outcome = Outcome(failed={f"time_series of {key}": reason(key) for key in KEYS})
    (line,) = outcome.failures()
    assert line == (
        "time_series of sub-1_ses-a, sub-2_ses-a, sub-3_ses-a and 5 more failed: "
        "/scans/sub-1_ses-a.csv: 'time' holds 1.5, 3; no region (the other 7 alike)"
    )


def test_another_mistake_has_a_line_of_its_own():
    failed = {f"time_series of {key}": reason(key) for key in KEYS}
    failed["time_series of sub-4_ses-a"] = reason("sub-4_ses-a", "frame")
    many, one = Outcome(failed=failed).failures()
    assert "and 4 more failed" in many
    assert one == f"time_series of sub-4_ses-a failed: {reason('sub-4_ses-a', 'frame')}"


def test_a_cause_that_is_given_twice_is_counted_once():
    twice = [Cause("time_series", key, reason(key), failed=True) for key in KEYS for _ in "ab"]
    assert in_one_line(twice, reasons=False) == in_one_line(dict.fromkeys(twice), reasons=False)


def test_models_that_were_not_trained_are_named():
    (line,) = Outcome(untrained={"group_forecaster": 1, "subject_forecaster": 12}).waits()
    assert "without `models`: group_forecaster (1 partition), subject_forecaster (12 " in line
    assert list(Outcome().waits()) == []


def test_two_failures_are_said_each():
    failed = {f"time_series of {key}": reason(key) for key in KEYS[:2]}
    assert len(list(Outcome(failed=failed).failures())) == 2


def test_what_waits_for_its_own_session_is_one_line():
    outcome = Outcome(failed={f"time_series of {key}": reason(key) for key in KEYS})
    for asset in ("pearson", "granger"):
        for key in KEYS:
            cause = Cause("time_series", key, reason(key), failed=True)
            outcome.waiting[f"{asset} of {key}"] = (cause,)
    outcome.waiting["fingerprint of all"] = tuple(
        Cause("time_series", key, reason(key), failed=True) for key in KEYS
    )
    own, whole = outcome.waits()
    assert own == (
        "not made because time_series of the same session failed: pearson of 8 partitions, "
        "granger of 8 partitions"
    )
    assert whole == (
        "not made because time_series of sub-1_ses-a, sub-2_ses-a, sub-3_ses-a and 5 more "
        "failed: fingerprint"
    )


def test_how_to_go_on_below_a_quorum_is_said_once():
    short = Cause("", "all", "needs 8 of 8 sessions (quorum: 0.95); 6 are usable")
    outcome = Outcome(waiting={"fingerprint of all": (short,), "report of all": (short,)})
    (_, way_out) = outcome.waits()
    assert way_out.endswith("name them under exclude.sessions, or lower the study's quorum")
    outcome.waiting = {"fingerprint of all": (Cause("", "all", "is not made yet"),)}
    assert len(list(outcome.waits())) == 1


def test_what_is_the_matter_with_many_sessions_is_said_once(capsys):
    complain("is suspicious:", {key: f"{key[4]} spikes in frames 3, {key[4]}" for key in KEYS})
    complain("isn't a session:", {"notes.CSV": "in capitals"})
    many, one = capsys.readouterr().err.splitlines()
    assert many == (
        "  sub-1_ses-a, sub-2_ses-a, sub-3_ses-a, sub-4_ses-a, sub-5_ses-a and 3 more are "
        "suspicious: 1 spikes in frames 3, 1 (the other 7 alike)"
    )
    assert one == "  notes.CSV isn't a session: in capitals"


def test_what_is_made_again_is_counted_by_what_had_changed():
    outcome = Outcome()
    assert outcome.again_in_words() == ""
    outcome.again.update(["settings", "code", "code"])
    assert outcome.again_in_words() == (
        "Made again, because something had changed: the code, of attnconn or of a "
        "package that adds to it (2), settings of the study (1)"
    )
