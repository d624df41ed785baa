"""What the page explains follows the study's settings and numbers."""

from types import SimpleNamespace

import pandas as pd
import pytest

from attnconn_assets.assets.report.explanations import OF_SESSION, explanations
from attnconn_assets.assets.report.headline_table import alike_notes
from attnconn_core.connectivity import METHODS
from attnconn_core.figures import Styles
from attnconn_core.scoring import scores

STYLES = Styles([METHODS["pearson"], METHODS["attention_subject"]])


def work(lengths=(60, 600), start="linear", **settings):
    asked = scores()
    return SimpleNamespace(
        settings={
            "scores": [
                asked["fingerprint"](normalise=settings.pop("normalise", "none")),
                asked["reliability"](**settings),
            ],
            "networks": {OF_SESSION: {"model": {"initialisation": start}}},
        },
        lacks={},
        needs={"fingerprint": "whole", "reliability": "whole"},
        facts=lambda *_: {"least p": 1 / 144, "others": [3, 4]},
        table=lambda *_: pd.DataFrame({"frames": list(lengths)}),
    )


def skill(ahead=0.0):
    rows = [
        (f"{n:02}", "test", method, 0.3 + n / 100 + ahead * (method == "attention_subject"))
        for n in range(5)
        for method in ("attention_subject", "lag_weighted_var", "cohort_var")
    ]
    table = pd.DataFrame(rows, columns=["subject", "session", "method", "r2"])
    return table.assign(cohort_informed=table["method"] == "cohort_var")


def test_settings_decide_what_is_explained():
    told = explanations(work(seeds=1, icc="agreement", ensemble=3), None, STYLES)
    assert (told["several_seeds"], told["ensemble"]) == (False, 3)
    assert told["icc_kind"].startswith("ICC(2,1)")
    assert told["least_p"] == 1 / 144
    assert not told["edgewise"]
    assert explanations(work(normalise="edgewise"), None, STYLES)["edgewise"]


@pytest.mark.parametrize(("lengths", "several"), [((60, 600), True), ((600,), False)])
def test_scan_lengths_are_named_if_there_are_several(lengths, several):
    assert explanations(work(lengths), None, STYLES)["several_lengths"] is several


def test_how_little_training_changes_has_its_interval_and_n():
    told = explanations(work(), skill(0.002), STYLES)["like_linear"]
    assert told.startswith("the R² of Attention (subject) minus that of the Lag-weighted VAR")
    assert told.endswith("0.00200 (95 % interval 0.00200 to 0.00200; n = 5 subjects)")
    assert explanations(work(), None, STYLES)["like_linear"] == ""
    assert explanations(work(start="original"), skill(), STYLES)["like_linear"] == ""
    one = skill()[lambda table: table["subject"] == "00"]
    assert explanations(work(), one, STYLES)["like_linear"] == ""


def test_who_informs_a_forecast_is_counted():
    told = explanations(work(), skill(), STYLES)["cohort_informed"]
    assert told.endswith("of all other training subjects (Cohort VAR †)")


def test_matrices_that_all_subjects_share_are_noted():
    table = pd.DataFrame(
        {"method": ["pearson", "attention_subject"], "others_r": [0.4, 0.9996]}, dtype=object
    ).astype({"others_r": float})
    (note,) = alike_notes(table, STYLES)
    assert note.startswith("Attention (subject): matrices of different subjects correlate by 1.000")
    assert alike_notes(None, STYLES) == []
