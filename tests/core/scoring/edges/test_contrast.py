import numpy as np
import pytest

from attnconn_core.errors import CohortError
from attnconn_core.scoring import GroupContrast, network_based_statistic
from attnconn_core.scoring.edges.contrast import _shown
from attnconn_core.scoring.edges.network_based_statistic import Component, NetworkBasedStatistic

ASKED = GroupContrast("Family_ID", "family-1", "family-2", threshold=0.5, permutations=30, seed=2)


def test_two_groups_are_contrasted_by_every_method(make_study):
    study = make_study()
    scored = ASKED.score(study)
    table = scored.tables["components"]
    assert list(table.columns) == ["method", "component", "p", "size", "target", "source", "t"]
    for method in study.methods:
        first, second = (
            np.stack([study.matrices(method.name, f"sub-{s}_ses-test")[120].values for s in group])
            for group in (("001", "002"), ("003", "004"))
        )
        found = network_based_statistic(
            first,
            second,
            threshold=0.5,
            permutations=30,
            symmetric=not method.directed,
            seed=2,
        )
        own = table[table["method"] == method.name]
        names = study.regions.regions
        rows = [
            [number, each.p, each.size, names[t], names[s], found.t[t, s]]
            for number, each in enumerate(found.components, start=1)
            for t, s in each.edges
        ]
        assert own.drop(columns="method").to_numpy().tolist() == rows
        summary = scored.tables["scores"].set_index("method").loc[method.name]
        assert summary["p"] == min(each.p for each in found.components)
        assert summary["components"] == len(found.components)
        assert summary["edges"] == len(rows)
    assert scored.facts == {"subjects of first": 2, "subjects of second": 2}
    *_, note = scored.notes
    assert note == (
        "Group contrast, Family_ID family-1 minus family-2: components of edges with p < 0.05 in "
        f"0 of {len(study.methods)} methods, not corrected for their number (n = 2 and 2)"
    )
    assert scored.details.difference == "Family_ID family-1 minus family-2"
    assert [each.method for each in scored.details.shown] == [m.name for m in study.methods]


def test_the_note_names_the_methods_in_which_the_groups_differ(make_study):
    methods = make_study().methods[:2]
    rows = [{"p": 0.012}, {"p": float("nan")}]
    note = ASKED._in_words(rows, methods, (["a"] * 9, ["b"] * 8))
    assert note.endswith(f"number (n = 9 and 8): {methods[0].label} (p = 0.012)")
    assert "in 1 of 2 methods" in note


def test_a_method_without_a_component_has_a_row(make_study):
    asked = GroupContrast("Family_ID", "family-1", "family-2", threshold=1e9, permutations=5)
    scored = asked.score(make_study())
    assert scored.tables["components"].empty
    assert scored.tables["scores"]["p"].isna().all()
    assert scored.tables["scores"]["components"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("column", "counted"),
    [
        ("Family_ID", "'family-1' for 2 and 'absent' for 0; it holds 'family-1', 'family-2'"),
        ("Sex", "'family-1' for 0 and 'absent' for 0; the phenotype table has no column Sex"),
    ],
)
def test_a_group_that_is_not_there_is_named(make_study, column, counted):
    asked = GroupContrast(column, "family-1", "absent")
    with pytest.raises(CohortError, match=f"needs 2 subjects per group; {column} is {counted}"):
        asked.score(make_study())


def test_only_components_that_are_unlikely_by_chance_are_shown(make_study):
    undirected, directed, _ = make_study().methods
    t = np.arange(9.0).reshape(3, 3)
    likely, unlikely = (
        Component(np.array([[1, 0]]), 1.0, 0.2),
        Component(np.array([[2, 1]]), 1.0, 0.01),
    )
    found = NetworkBasedStatistic(t, (likely, unlikely))
    shown = _shown(directed, found, ("a", "b", "c")).values
    assert np.argwhere(np.isfinite(shown)).tolist() == [[2, 1]]
    both = _shown(undirected, found, ("a", "b", "c")).values
    assert both[2, 1] == both[1, 2] == 7


def test_a_group_in_two_spellings_is_refused(make_study):
    table = make_study().phenotypes.assign(Sex=["F", "F", "M", "M", "Female", "other"])
    asked = GroupContrast("Sex", "F", "M", permutations=5)
    with pytest.raises(CohortError, match="Sex is 'F' and 'Female': write one of them throughout"):
        asked.check_early(make_study().cohort, table)
    table = table.replace("Female", "other")
    assert "'other' (2)" in asked.check_early(make_study().cohort, table).notes[0]
