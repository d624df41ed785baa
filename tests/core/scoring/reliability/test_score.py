"""The score of reliability: on a simulated study, on noise, and on what can't be repeated."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from attnconn_core.records import Connectivity
from attnconn_core.scoring import Reliability, Repeats, agreement, spearman_brown
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.scoring.fingerprint.icc import intraclass_correlation
from attnconn_core.scoring.reliability.repeated import mean_agreement


@pytest.fixture(scope="module")
def scored(make_study):
    return Reliability().score(make_study())


def by_method(scored):
    return scored.tables["scores"].set_index("method")


class Noise:
    """Matrices that share nothing, whoever they are of."""

    directed, signed, needs, penalties = True, True, "session model", ()

    def __init__(self, study):
        self._study, self.name, self.label = study, "attention_subject", "Noise"
        self._rng = np.random.default_rng(0)
        self._kept = {}

    def matrix(self, *_):
        return Connectivity(self._rng.normal(size=(30, 30)), NAMES, self.name, directed=True)


NAMES = tuple(f"r{i}" for i in range(30))


@pytest.fixture
def noise(make_study, monkeypatch):
    study = make_study(subjects=12)
    method = Noise(study)
    monkeypatch.setattr(study, "_methods", (method,))
    monkeypatch.setattr(study, "matrices", lambda *_: {120: method.matrix()})
    monkeypatch.setattr(
        study,
        "repeats",
        lambda *_: Repeats((method.matrix(), method.matrix()), {2: method.matrix()}),
    )
    return study


def test_noise_agrees_with_nothing(noise):
    row = by_method(Reliability().score(noise)).loc["attention_subject"]
    for name in ("seeds_r", "halves_r", "retest_r", "others_r", "icc"):
        assert abs(row[name]) < 0.03
        assert row[f"{name}_lower"] < 0.01
        assert row[f"{name}_upper"] > -0.01
    assert row[["seeds_n", "halves_n", "icc_n"]].tolist() == [12, 12, 12]


def test_numbers_are_means_over_a_subjects_sessions_then_over_subjects(make_study, scored):
    study = make_study()
    method = study.methods[2]
    rs: dict[str, list[float]] = {}
    for session in study.cohort.sessions:
        whole = study.whole_scan(method.name, session.key)
        (other,) = study.repeats(method.name, session.key).reseeded.values()
        rs.setdefault(session.subject, []).append(agreement(whole, other).r)
    row = by_method(scored).loc[method.name]
    assert row["seeds_r"] == pytest.approx(np.mean([np.mean(own) for own in rs.values()]))
    assert row["ensemble_r"] == pytest.approx(spearman_brown(row["seeds_r"], 5))
    assert row["halves_corrected"] == pytest.approx(spearman_brown(row["halves_r"], 2))
    mask = edge_mask(6, directed=True)
    ratings = np.array(
        [
            [study.whole_scan(method.name, s.key).values[mask] for s in pair]
            for pair in study.cohort.pairs()
        ]
    )
    assert row["icc"] == pytest.approx(intraclass_correlation(ratings, "consistency").mean())
    between = np.corrcoef(ratings[:, 0], ratings[:, 1])[: len(ratings), len(ratings) :]
    assert row["retest_r"] == pytest.approx(between.diagonal().mean(), abs=1e-6)
    others = between[~np.eye(len(between), dtype=bool)].mean()
    assert row["others_r"] == pytest.approx(others, abs=1e-6)


def test_only_trained_methods_have_seeds_and_every_method_halves_and_sessions(scored):
    table = by_method(scored)
    assert table["seeds_n"].tolist() == [0, 0, 6]
    assert table["seeds_r"].isna().tolist() == [True, True, False]
    assert table[["halves_r", "icc", "icc_median"]].notna().all().all()
    assert len(scored.tables["by_strength"]) == 3 * 5
    sessions = scored.tables["sessions"]
    assert sessions.groupby("what").size().to_dict() == {"halves": 36, "seeds": 12}


def test_a_session_per_subject_has_no_test_retest_and_says_so(make_study):
    study = make_study()
    alone = [s.key for s in study.cohort.sessions if s.session == "retest"]
    scored = Reliability().score(make_study(absent=alone))
    assert by_method(scored)["icc"].isna().all()
    assert by_method(scored)["halves_r"].notna().all()
    assert "got 0 with both sessions, of 6" in scored.facts["test–retest left out"]
    assert len(scored.tables["by_strength"]) == 0
    measures = list(Reliability().measures(scored.tables, scored.facts))
    assert [each.measure for each in measures] == [
        "r between seeds", "r between halves", "ICC of edges"
    ]  # fmt: skip
    verdict = measures[-1].verdict().iloc[0]
    assert verdict["column"] == "ICC of edges"
    assert verdict["verdict"] == scored.facts["test–retest left out"]
    assert measures[-1].scores()["value"].isna().all()


def test_with_too_few_for_an_interval_the_icc_keeps_its_column_and_says_why(make_study):
    scored = Reliability().score(make_study(subjects=4))
    *_, last = Reliability().measures(scored.tables, scored.facts)
    table = last.scores().set_index("method")
    np.testing.assert_allclose(table["value"], by_method(scored)["icc"])
    assert table[["lower", "upper"]].isna().all(axis=None)
    verdict = last.verdict().iloc[0]
    assert (verdict["n"], verdict["winner"], verdict["leaders"]) == (4, "", "")
    assert verdict["verdict"].endswith(
        "at least 5 subjects with a test and a retest session; got 4"
    )
    assert not last.drawn


def test_what_could_not_be_repeated_is_named(make_study, monkeypatch):
    study = make_study()
    whole = study.repeats
    short = study.cohort.sessions[0].key

    def repeats(method, key):
        found = whole(method, key)
        return replace(found, halves=None, left_out={"halves": "short"}) if key == short else found

    monkeypatch.setattr(study, "repeats", repeats)
    scored = Reliability().score(study)
    assert scored.facts["repeats left out"]["pearson"] == {short: "halves: short"}
    assert by_method(scored).loc["pearson", "halves_n"] == 6  # the subject's other session


def test_seeds_that_do_not_agree_are_a_caution(make_study):
    study = make_study()
    study.seed_noise = 2.0
    scored = Reliability().score(study)
    (method, why), *others = Reliability().cautions(scored.tables).items()
    assert (method, others) == ("attention_subject", [])
    r = by_method(scored).loc[method, "seeds_r"]
    assert why == f"models of different seeds agree at r = {r:.3f} (n = 6 subjects), below 0.9"
    assert Reliability(least_agreement=0.01).cautions(scored.tables) == {}


def test_methods_are_compared_over_subjects(scored):
    found = {each.measure: each for each in Reliability().measures(scored.tables, scored.facts)}
    assert list(found) == ["r between seeds", "r between halves", "ICC of edges"]
    halves = found["r between halves"].compared.scores.set_index("method")
    table = by_method(scored)
    assert list(halves.index) == list(table.index)
    np.testing.assert_allclose(halves["value"], table["halves_r"])
    np.testing.assert_allclose(halves["lower"], table["halves_r_lower"])
    assert found["r between seeds"].compared.scores["reference"].tolist() == [0.9]


@pytest.mark.parametrize(
    ("measure", "column"),
    [("r between halves", "halves_r"), ("ICC of edges", "icc")],
)
def test_what_is_compared_is_what_the_score_says(scored, measure, column):
    found = {each.measure: each for each in Reliability().measures(scored.tables, scored.facts)}
    compared = found[measure].compared
    shown, table = compared.scores.set_index("method"), by_method(scored)
    for name, end in (("value", ""), ("lower", "_lower"), ("upper", "_upper")):
        np.testing.assert_allclose(shown[name], table[f"{column}{end}"])
    first = compared.pairs.iloc[0]
    difference = table.loc[first["first"], column] - table.loc[first["second"], column]
    assert first["difference"] == pytest.approx(difference)


def test_intervals_of_agreement_stay_within_the_bounds_of_a_correlation():
    rs = [0.99, 0.99, 0.99, 0.99, -0.9]
    rows = {"subject": list("abcde"), "what": "halves", "r": rs, "rank_r": [-r for r in rs]}
    found = mean_agreement(pd.DataFrame(rows), "halves")
    assert found["halves_r_upper"] == 1
    assert found["halves_rank_r_lower"] == -1
