"""Significance as assets: edges against surrogates, and groups against each other."""

import itertools
from types import SimpleNamespace

import pandas as pd
import pytest

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.assets.scores import significance
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError

ASKED = {"methods": ["pearson", "granger", "attention_group_base"], "surrogates": 19}


def test_edges_of_every_session_have_p_and_q(write_study, run_line, instance):
    methods = ["pearson", "granger", "attention_group_base"]
    study = load_study(write_study(methods=methods, n_subjects=4, significance=ASKED))
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    session = sorted(store.partitions("pearson"))[0]
    for method, edges in (("pearson", 10), ("granger", 20), ("attention_group_base", 20)):
        entry = store.entry(f"significance_{method}", session)
        table = read_table(store.path(entry, "edges.parquet"))
        assert len(table) == edges
        assert table["p"].between(1 / 20, 1).all()
        assert (table["q"] >= table["p"] - 1e-12).all()
    # As the method's own asset has it, whole scan.
    own = read_matrix(store, "pearson", session)
    by_edge = read_table(store.path(store.entry("significance_pearson", session), "edges.parquet"))
    for row in by_edge.itertuples():
        assert own.loc[row.target, row.source] == pytest.approx(row.value)


def read_matrix(store, method, session):
    path = store.path(store.entry(method, session), "matrix.parquet")
    table = pd.read_parquet(path)
    whole = table[table["(frames)"] == table["(frames)"].max()]
    return whole.set_index("(target)").drop(columns="(frames)")


def test_long_work_says_how_long(monkeypatch):
    told, now = [], itertools.count(0, 30)
    work = SimpleNamespace(log=told.append, partition="sub-1_ses-test")
    monkeypatch.setattr(significance.time, "monotonic", lambda: float(next(now)))
    tell = significance._remaining_time(work, "granger", 1000)
    for number in range(1000):
        tell(number)
    # Time is asked for in the beginning and at every word: 30 s for the first 5.
    assert told[0].endswith(
        "granger of sub-1_ses-test: 5 of 1000 surrogates done, about 100 min to go"
    )
    assert [line.split(": ")[1].split(" of")[0] for line in told[1:3]] == ["100", "200"]
    monkeypatch.setattr(significance.time, "monotonic", lambda: 0.0)
    told.clear()
    quick = significance._remaining_time(work, "granger", 1000)
    for number in range(1000):
        quick(number)
    assert told == []


def test_nothing_is_tested_unless_asked(write_study):
    names = {spec.name for spec in specs(load_study(write_study()))}
    assert not any(name.startswith("significance") or name == "group_contrast" for name in names)
    with pytest.raises(
        StudyError, match=r"no method is called astrology; significance\.methods must be among"
    ):
        load_study(write_study(significance={"methods": ["astrology"]}))
