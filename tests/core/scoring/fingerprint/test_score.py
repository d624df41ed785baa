import numpy as np
import pytest

from attnconn_core.errors import CohortError
from attnconn_core.scoring import (
    Fingerprint,
    compare_hits,
    fingerprint,
    identification_intervals,
)
from attnconn_core.scoring.fingerprint.tables import Stacks, comparison_table, further_tables

QUICK = Fingerprint(permutations=20, resamples=50, seed=3)


def stacks(study, method, frames=120, subjects=None):
    subjects = subjects or study.cohort.subjects
    return tuple(
        np.stack(
            [
                study.matrices(method, f"sub-{name}_ses-{session}")[frames].values
                for name in subjects
            ]
        )
        for session in ("test", "retest")
    )


@pytest.mark.parametrize("settings", [{}, {"similarity": "mutual_info", "bins": 4, "edges": "all"}])
def test_every_method_is_scored_as_its_matrices_are(make_study, settings):
    study = make_study()
    asked = Fingerprint(permutations=20, resamples=50, seed=3, **settings)
    scored = asked.score(study)
    table = scored.tables["scores"].set_index("method")
    assert list(table.index) == ["pearson", "granger", "attention_subject"]
    for method in study.methods:
        expected = fingerprint(
            *stacks(study, method.name),
            **settings,
            symmetric=not method.directed,
            permutations=20,
            seed=3,
        )
        own = table.loc[method.name]
        assert own["accuracy"] == expected.hits.mean()
        for name in ("i_diff", "cohens_d", "p_value", "mean_rank", "auc"):
            assert own[name] == getattr(expected, name)
        interval = identification_intervals(expected, 50, 3)["i_diff"]
        assert (own["i_diff_lower"], own["i_diff_upper"]) == interval
        assert scored.tables["margins"][method.name].tolist() == expected.margin.tolist()
        assert scored.tables["hits"][method.name].tolist() == expected.hits.tolist()
        assert own["subjects"] == 6
        apart = scored.tables["i_diffs"][method.name]
        assert apart.mean() == pytest.approx(expected.i_diff)
    assert table["saw_subject"].tolist()[2] == 1
    assert table["saw_subject"].isna().tolist() == [True, True, False]
    expected = {"pairs": 6, "pools": 1, "unpaired": [], "others": [], "least p": 1 / 21}
    assert scored.facts == expected


def test_scans_are_shortened_and_the_whole_stands_last(make_study):
    study = make_study()
    scored = QUICK.score(study)
    lengths = scored.tables["accuracy_by_frames"]
    assert list(lengths.columns) == [
        *("method", "frames", "accuracy", "accuracy_lower", "accuracy_upper"),
        *("p_value", "subjects"),
    ]
    hits = scored.tables["hits_by_frames"]
    assert hits["frames"].tolist() == [60] * 6 + [80] * 6 + [120] * 6
    assert lengths["frames"].tolist() == [60, 80, 120] * 3
    for _, row in lengths.iterrows():
        pair = stacks(study, row["method"], row["frames"])
        directed = row["method"] != "pearson"
        found = fingerprint(*pair, symmetric=not directed, permutations=20, seed=3)
        both = found.accuracy_test_to_retest + found.accuracy_retest_to_test
        assert row["accuracy"] == pytest.approx(both / 2)
        assert row["p_value"] == found.p_value
        own = hits.loc[hits["frames"] == row["frames"], row["method"]]
        assert own.tolist() == found.hits.tolist()
    assert list(scored.details.by_length["granger"]) == [60, 80, 120]


def test_the_other_tables_are_those_of_whole_scans(make_study):
    study = make_study(subjects=8)
    scored = Fingerprint(permutations=0, resamples=50, seed=3, reconstruct=True).score(study)
    whole = {
        method.name: Stacks(
            *stacks(study, method.name), method.directed, np.zeros(8, dtype=np.int64)
        )
        for method in study.methods
    }
    options = {"similarity": "pearson", "normalise": "edgewise"}
    options |= {"comparison": "test_to_retest", "bins": 10}
    expected = further_tables(whole, study.regions, options, 3)
    assert list(scored.tables) == [
        *("scores", "comparison", "accuracy_by_frames", "hits_by_frames"),
        *("margins", "hits", "i_diffs"),
        *("edges", "networks", "network_pairs", "reconstruction"),
    ]
    for name, table in expected.items():
        assert scored.tables[name].equals(table)
    assert scored.tables["comparison"].equals(comparison_table(scored.details.scores))


def test_subjects_are_compared_within_pools_and_who_is_alone_is_listed(make_study):
    pools = {"001": 0, "002": 0, "003": 1, "004": 1, "005": 2}
    study = make_study(pools=pools, absent=["sub-006_ses-retest"])
    scored = QUICK.score(study)
    assert scored.facts == {
        "pairs": 4,
        "pools": 2,
        "unpaired": ["sub-006_ses-test"],
        "others": [3, 4],
        "least p": 1 / 4,
    }
    assert scored.notes[0].startswith("subject 005 has both sessions and is still not in")
    assert scored.tables["hits"]["subject"].tolist() == ["001", "002", "003", "004"]
    expected = fingerprint(
        *stacks(study, "granger", subjects=("001", "002", "003", "004")),
        symmetric=False,
        pools=np.array([0, 0, 1, 1]),
        permutations=20,
        seed=3,
    )
    assert scored.tables["scores"]["i_diff"][1] == expected.i_diff
    assert scored.details.chance == 0.5


def test_nobody_to_be_compared_with_is_an_error(make_study):
    study = make_study(pools={f"00{number}": number for number in range(1, 7)})
    with pytest.raises(
        CohortError, match=r"got 6 with both sessions, of 6; .* no two of them were"
    ):
        QUICK.score(study)


def test_methods_are_compared_by_whom_they_identify(make_study):
    scored = QUICK.score(make_study(pools={"001": 1, "002": 1}))
    measured, short, shorter, apart = QUICK.measures(scored.tables, scored.facts)
    hits = scored.tables["hits"].set_index("subject")
    expected = compare_hits(scored.tables["scores"], hits, 2 / 6)
    assert measured.compared.scores.equals(expected.scores)
    assert measured.compared.pairs.equals(expected.pairs)
    assert (measured.score, measured.measure) == ("fingerprint", "accuracy")
    assert measured.drawn
    assert measured.beside.empty
    for each, frames in ((short, 60), (shorter, 80)):
        assert each.measure == f"accuracy from {frames} frames"
        own = scored.tables["accuracy_by_frames"].query("frames == @frames")
        values = each.compared.scores.set_index("method")["value"]
        assert values.to_dict() == own.set_index("method")["accuracy"].to_dict()
        assert each.compared.scores["p"].notna().all()
    assert apart.compared.scores["value"].tolist() == scored.tables["scores"]["i_diff"].tolist()
    assert apart.compared.scores["reference"].eq(0).all()
    # It has a unit of its own in every method: in the table, but neither drawn nor ranked.
    assert not apart.drawn
    assert apart.compared.pairs.empty
    assert apart.compared.support.two_highest == ()
    assert apart.compared.verdict.leaders == ()
    assert apart.compared.verdict.sentence.startswith("not ranked: I_diff")
    headings = [each.heading for each in (measured, short, shorter, apart)]
    assert headings == ["identified", "from 60 frames", "from 80 frames", "I_diff"]
    complete = scored.tables["scores"]["accuracy"].eq(1).sum()
    said = short.words.format(best="best", who="Pearson", value="0.93")
    assert said == (
        f"From complete scans, {complete} of {len(scored.tables['scores'])} methods identify "
        "every subject; from 60 frames (chance: 0.33, within 2 pools) the best accuracy is that of "
        "Pearson (0.93)"
    )
