"""Names in MLflow: it takes them all, and two different ones stay two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_metric_name, _validate_param_name

from attnconn_assets.tracking.names import TakenNames


@given(st.lists(st.text(max_size=300), unique=True, max_size=6))
def test_mlflow_takes_every_name_and_none_becomes_another(wanted):
    names = TakenNames()
    written = [names.of(each) for each in wanted]
    for each in written:
        _validate_metric_name(each)
        _validate_param_name(each)
        assert len(each) <= 250
    assert len(set(written)) == len(wanted)
    assert [names.of(each) for each in wanted] == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("behaviour r, Body fat %/pearson", "behaviour r Body fat _/pearson"),
        ("IQ [total]/pearson", "IQ _total_/pearson"),
        ("../x", "_/x"),
        ("a//b", "a/_/b"),
        ("r2", "r2"),
        ("Größe: 2/n", "Größe: 2/n"),
    ],
)
def test_what_mlflow_takes_stays_and_the_rest_is_told(name, written):
    assert TakenNames().of(name) == written


def test_names_that_would_be_written_alike_are_numbered():
    names = TakenNames()
    assert [names.of(each) for each in ("fat %", "fat $", "fat _")] == [
        "fat _",
        "fat _ 2",
        "fat _ 3",
    ]
