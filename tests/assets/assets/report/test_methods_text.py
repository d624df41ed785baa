"""The text for a methods section says what a reader needs to repeat the analysis."""

from types import SimpleNamespace

import pandas as pd

from attnconn_assets.assets.report.methods_text import methods_bibtex, methods_text
from attnconn_assets.assets.report.scores_text import on_scores
from attnconn_core.connectivity import METHODS
from attnconn_core.forecasting import PRESETS
from attnconn_core.scoring import scores

PRESET = PRESETS["attnconn"]
NETWORK = {"model": PRESET.forecaster.model_dump(), "training": PRESET.training.model_dump()}
COHORT = {"n_sessions": 14, "n_subjects": 7, "excluded": {}}
SESSIONS = pd.DataFrame(
    {"frames": [600, 500, 9], "minutes": [7.2, 6.0, 9.0], "left out": ["", "", "too short"]}
)
SKILL = pd.DataFrame({"method": ["ar", "attention_subject", "hierarchical_var"]})


def text(*, skill=SKILL, networks=(), lacks=(), data="", study=None, pools=1, order=None):
    work = SimpleNamespace(
        settings={
            "study": {"scan_lengths": [60, 120]} | (study or {}),
            "design": "split-half",
            "data": data,
            "methods": [METHODS["pearson"], METHODS["attention_subject"]],
            "scores": [scores()["fingerprint"](permutations=200, resamples=300)],
            "networks": dict.fromkeys(networks, NETWORK),
            "begins_linear": True,
            "test_fraction": 0.1,
        },
        lacks=dict.fromkeys(lacks, "no reason"),
        needs=dict.fromkeys(("cohort", "regions", "fingerprint", "granger_order"), "whole"),
        table=lambda *_: SESSIONS,
        facts=lambda asset, *_: order if asset == "granger_order" else {"pools": pools},
        regions=lambda: SimpleNamespace(regions=("a", "b")),
    )
    return "\n".join(methods_text(work, COHORT, skill)), methods_bibtex(work)


def test_scans_networks_forecasts_and_statistics_are_described():
    said, references = text(networks=["the network of a session", "the fine-tuned network"])
    assert "A session has 500 to 600 frames, with a repetition time of 0.720 s." in said
    assert (
        "The network of a session and the fine-tuned network were trained on 5 past frames, with "
        "2 linear layers of width 16 before the attention, values of width 128, and 1 linear layer "
        "after it, by Adam for at most 2 epochs (learning rate 3e-05, batches of 64 windows, seed "
    ) in said
    assert "AR (own past), from each region's own past alone; Hierarchical VAR, penalised" in said
    assert "Ridge VAR" not in said
    assert "The test frames are the last 10% of a scan" in said
    assert "of 200 random pairings, or of all if there are no more" in said
    assert "resamples" in said
    assert "biswal1995" in references


def test_the_design_the_scores_and_their_settings_are_described():
    said, _ = text(pools=2)
    assert "14 resting-state sessions of 7 subjects" in said
    assert "A subject's sessions are two halves of one run: split-half, not test–retest." in said
    assert "Pearson (Biswal 1995), correlation of the series of every two regions" in said
    assert "Pearson's correlation of edges, each standardised over subjects," in said
    assert "Subjects were compared only within a pool" in said
    assert "Subjects were compared only within a pool" not in text()[0]
    assert "Shorter scans are the first 60, 120 frames of each session; networks of one" in said
    assert "corrected for the number of comparisons of a score (Holm)" in said


def test_grangers_penalty_is_chosen_or_set():
    order = {"lags": 1, "alpha": 10.0, "units": "deviations", "r2": 0.2}
    said, _ = text(order=order)
    assert (
        "Granger's coefficients have 1 lag and a ridge penalty of 10 in squared deviations of the "
        "regions, chosen on validation frames."
    ) in said
    assert (
        "squared units of the series, set beforehand."
        in (text(order=order | {"r2": None, "units": "series"})[0])
    )


def test_simulated_data_are_called_so():
    said, _ = text(study={"source": "simulated", "n_frames": 400, "seed": 3})
    assert "14 simulated sessions of 7 subjects" in said
    assert "resting" not in said
    assert "from known directed connections, which differ between subjects; n_frames: 400; " in said


def test_behaviour_is_described_by_its_settings():
    asked = scores()["behaviour"](family_column="Family", repeats=3, folds=5, permutations=20)
    sentences = [*on_scores(SimpleNamespace(settings={"scores": [asked]}, lacks={}))]
    assert sentences[0].endswith("(He et al. 2020), in 3 cross-validations of 5 folds of families")
    assert "20 shuffles" in sentences[1]


def test_papers_of_the_data_are_cited():
    said, references = text(data="Van Essen 2013; Cakan 2021")
    assert "The data are described in Van Essen 2013 and Cakan 2021." in said
    assert {"@article{van2013,", "@article{cakan2021,"} <= set(references.splitlines())
    assert "The data" not in text()[0]


def test_what_is_not_made_is_not_described():
    said, references = text(skill=None, lacks=["fingerprint", "cohort"])
    assert "Linear models" not in said
    assert "pairings" not in said
    assert "repetition time" not in said
    assert "finn2015" not in references
