from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from attnconn_core.connectivity import Granger
from attnconn_core.figures import FIGURES, FigureContext, png, score_figures
from attnconn_core.scoring import (
    SCORES,
    Behaviour,
    Fingerprint,
    ForecastSkill,
    GroupContrast,
    PenaltyIdentification,
    Scored,
)

ASKED = [
    Fingerprint(permutations=0, resamples=10),
    ForecastSkill(),
    Behaviour(folds=3, repeats=1, permutations=0),
    GroupContrast("Family_ID", "family-1", "family-2", threshold=0.5, permutations=5),
    PenaltyIdentification(),
]


@pytest.fixture(scope="module")
def study(make_study):
    return make_study()


@pytest.fixture(scope="module")
def context(study):
    return FigureContext(study.methods, study.regions, study.design)


@pytest.fixture(scope="module")
def draw(study, context):
    drawn = {}

    def once(score):
        if score.name not in drawn:
            drawn[score.name] = score_figures(score, score.score(study), context)
        return drawn[score.name]

    return once


def test_every_score_has_its_figures():
    asked = [score.name for score in ASKED]
    assert [name for name in FIGURES if name in asked] == asked
    assert FIGURES.keys() <= SCORES.keys()


@pytest.mark.parametrize("score", ASKED, ids=lambda score: score.name)
def test_the_figures_of_a_score_are_drawn(draw, cut_off, score):
    figures = draw(score)
    assert next(iter(figures)) == "figure"
    for figure in figures.values():
        assert cut_off(figure) == []
        assert len(png(figure)) > 10_000


def test_the_fingerprint_says_what_the_two_sessions_are(draw, written):
    for figure in draw(ASKED[0]).values():
        assert "two scans of each subject" in " ".join(written(figure).split())


def test_halves_of_one_run_are_not_called_test_and_retest(study, context, written):
    scored = ASKED[1].score(study)
    for design, names in (
        ("split-half", ("first half", "second half")),
        ("test-retest", ("test", "retest")),
    ):
        drawn = score_figures(ASKED[1], scored, replace(context, design=design))
        legend = drawn["figure"].legends[0].get_texts()
        assert {text.get_text() for text in legend} >= {*names}
        named = written(drawn["scatter"])
        assert all(f", {name}" in named for name in names)
    assert ", retest" not in written(
        score_figures(ASKED[1], scored, replace(context, design="split-half"))["scatter"]
    )


def test_the_last_forecaster_is_drawn_against_granger(draw, study, context):
    figures = draw(ASKED[1])
    (axes,) = figures["scatter"].axes
    assert axes.get_xlabel() == "R² of Granger (ridge)"
    assert axes.get_ylabel() == "R² of Attention (subject)"
    scored = ASKED[1].score(study)
    only_linear = FigureContext(context.methods[:2], context.regions, context.design)
    assert list(score_figures(ASKED[1], scored, only_linear)) == ["figure", "regions"]
    assert "against all others" in figures["pairs"].get_suptitle()
    assert "R² of Attention (subject)" in figures["pairs"].get_supylabel()


def test_of_several_forecasters_the_last_shown_is_drawn(make_study):
    *others, own = make_study().methods
    last = replace(own, name="attention_finetuned", estimator=Granger(1, 5.0))
    study = make_study(subjects=3, methods=[*others, own, last])
    context = FigureContext(study.methods, study.regions, study.design)
    scored = ASKED[1].score(study)
    (axes,) = score_figures(ASKED[1], scored, context)["scatter"].axes
    assert axes.get_ylabel() == "R² of Attention (fine-tuned) †"
    r2 = scored.tables["scores"].pivot(index=["subject", "session"], columns="method", values="r2")[
        ["granger", "attention_finetuned"]
    ]
    assert np.allclose(axes.collections[0].get_offsets(), r2)


def test_null_models_are_no_part_of_the_figure_of_behaviour(draw, written):
    assert "null" not in written(draw(ASKED[2])["figure"]).replace("Null", "")


def test_how_often_a_method_predicts_best_counts_every_target_once(draw, study, written):
    (axes,) = draw(ASKED[2])["best"].axes
    targets = ASKED[2].score(study).tables["scores"]["target"].nunique()
    assert sum(bar.get_width() for bar in axes.patches) == targets
    assert f"of {targets}" in axes.get_xlabel()


def test_the_contrast_says_which_groups_it_is_of(draw, written):
    said = " ".join(written(draw(ASKED[3])["figure"]).split())
    assert "p below 0.05: Family_ID family-1 minus family-2" in said


@dataclass(frozen=True)
class Other:
    name: ClassVar[str] = "other"
    label: ClassVar[str] = "Another score"
    description: ClassVar[str] = "What another package measures."
    reads: ClassVar[frozenset] = frozenset()

    def score(self, data):  # noqa: ARG002
        return Scored({"scores": pd.DataFrame({"method": ["pearson"], "r": [0.5]})})


def test_a_score_without_an_entry_is_drawn_from_its_table(study, context, written):
    figures = score_figures(Other(), Other().score(study), context)
    assert list(figures) == ["figure"]
    said = written(figures["figure"])
    assert "Another score" in said
    assert "What another package measures." in said
