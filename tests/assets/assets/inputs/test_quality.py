"""Quality: what is measured, and whom the study's rules keep out."""

import pytest

from attnconn_assets.assets.catalogue import resources
from attnconn_assets.building.cohort import cohort_of
from attnconn_assets.study.settings import ExclusionRules
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError


def test_rules_that_are_not_given_exclude_nobody():
    assert ExclusionRules().why_not({}) == ""
    assert ExclusionRules().given == {}


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ({"min_frames": 100}, ""),
        ({"min_frames": 121}, "min_frames is 121, and its frames is 120"),
        ({"max_motion_mean": 0.2}, ""),
        ({"max_motion_mean": 0.1}, "max_motion_mean is 0.1, and its motion_mean is 0.15"),
        ({"min_coverage_min": 0.9}, "min_coverage_min is 0.9, and its coverage_min is unknown"),
    ],
)
def test_a_rule_says_what_it_asked_and_what_it_got(rules, why):
    measured = {"frames": 120.0, "motion_mean": 0.15}
    assert ExclusionRules(**rules).why_not(measured) == why


def test_an_unknown_rule_is_refused(write_study):
    with pytest.raises(StudyError, match=r"exclude\.min_frame.*did you mean 'min_frames'"):
        load_study(write_study(exclude={"min_frame": 3}))


def test_a_rule_takes_sessions_out_of_every_group_result(line, write_study):
    study, store = line.study, resources(line.study)["store"]
    listing = study.make_source().listing()
    sessions = listing.sessions
    values = {s.key: store.entry("quality", s.key).facts["measured"]["jumps"] for s in sessions}
    worst = max(values.values())
    spared = sorted(values.values())[-2]
    if worst == spared:
        pytest.skip("two sessions are equally bad")
    limit = (worst + spared) / 2
    out = [key for key, value in values.items() if value > limit]

    outcome, told = line.run(exclude={"max_jumps": limit}, quorum=1.0)
    assert not outcome.failed
    # Nothing of a session is made again, and what rests on the cohort is.
    assert not told.remade() & {"time_series", "quality", "pearson", "subject_forecaster"}
    assert {"group_forecaster", "fingerprint", "report"} <= told.remade()
    facts = store.entry("group_mean", "all").facts
    assert list(facts["excluded"]) == out
    assert facts["excluded"][out[0]].startswith("left out by the study: max_jumps is")
    ruled = study.model_copy(update={"exclude": ExclusionRules(max_jumps=limit)})
    cohort = cohort_of(ruled, store, listing, ("pearson",))
    assert list(cohort.excluded) == out


def test_the_measures_stand_in_mlflow_too(line):
    client = resources(line.study)["tracking"].client()
    experiment = client.get_experiment_by_name("quality")
    run = client.search_runs([experiment.experiment_id], max_results=1)[0]
    assert run.data.metrics["frames"] == 120
