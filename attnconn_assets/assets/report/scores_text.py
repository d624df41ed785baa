"""What the text for a methods section says of the study's scores."""

from collections.abc import Iterator, Mapping
from typing import Any

from attnconn_assets.assets.report.reading import facts_of
from attnconn_assets.building.work import Work
from attnconn_core.connectivity.method import TRAINED
from attnconn_core.scoring.comparison.power import FEWEST_SUBJECTS, FEWEST_UNITS

__all__ = ["cited_by_scores", "on_scores"]

# Score → what it cites.
_CITED: Mapping[str, str] = {
    "fingerprint": "Finn 2015; Amico 2018",
    "reliability": "Shrout 1979",
    "behaviour": "He 2020",
}
_MODELS = {
    "kernel_ridge": "kernel ridge regression",
    "cpm": "connectome-based predictive modelling",
    "linear_sgd": "linear regression by stochastic gradient descent",
}


def on_scores(work: Work) -> Iterator[str]:
    """Yield sentences on every score that the study has, and on intervals and tests."""
    for score in _made(work):
        if score.name == "fingerprint":
            yield from _on_fingerprint(work, score)
        elif score.name == "forecast_skill":
            yield "Forecasts were scored by R² on the test frames, which no model was fitted to"
        elif score.name == "reliability":
            yield (
                "Reliability was measured by the correlation of matrices of models that differ in "
                "their random seed, and of the two halves of a session's frames, and by the "
                "intraclass correlation of edges over sessions (Shrout & Fleiss 1979)"
            )
        elif score.name == "behaviour":
            yield from _on_behaviour(score)
    yield (
        "Methods are compared on the same subjects, by paired tests whose p values are corrected "
        "for the number of comparisons of a score (Holm); intervals are 95 % intervals and not "
        f"corrected. No method is called the best below {FEWEST_UNITS} subjects, or below "
        f"{FEWEST_SUBJECTS} where the score is a correlation over subjects"
    )


def cited_by_scores(work: Work) -> list[str]:
    """Return what these sentences cite."""
    return [_CITED[score.name] for score in _made(work) if score.name in _CITED]


def _made(work: Work) -> list[Any]:
    return [score for score in work.settings["scores"] if score.name not in work.lacks]


def _on_fingerprint(work: Work, score: Any) -> Iterator[str]:
    alike = {"pearson": "Pearson's correlation", "mutual_info": "mutual information"}
    edges = "edges, each standardised over subjects," if score.normalise == "edgewise" else "edges"
    yield (
        f"Subjects were identified by the similarity ({alike[score.similarity]} of {edges}) of "
        "their two matrices (Finn et al. 2015), and I_diff was computed as the difference of the "
        "mean similarities within and between subjects (Amico & Goñi 2018)"
    )
    if facts_of(work, "fingerprint").get("pools", 1) > 1:
        yield (
            "Subjects were compared only within a pool, whose scans the same cohort model reads; "
            "that model was trained on the subjects of the other pools"
        )
    yield (
        f"The p of identification is of {score.permutations:,} random pairings, or of all if there "
        f"are no more; bootstrap intervals are of {score.resamples:,} resamples"
    )
    lengths = work.settings["study"].get("scan_lengths") or ()
    if lengths:
        listed = ", ".join(str(frames) for frames in lengths)
        again = ""
        if any(method.needs in TRAINED for method in work.settings["methods"]):
            again = (
                "; networks of one session were trained again on these, and those of the cohort "
                "are the same, trained on whole scans of other subjects"
            )
        yield f"Shorter scans are the first {listed} frames of each session{again}"


def _on_behaviour(score: Any) -> Iterator[str]:
    folds = "subjects" if score.family_column is None else "families"
    yield (
        "Behaviour was predicted from matrices in subjects that the model was not fitted to, by "
        f"{_MODELS[score.model]} (He et al. 2020), in {score.repeats} cross-validations of "
        f"{score.folds} folds of {folds}"
    )
    if score.permutations:
        yield f"Its p values are of {score.permutations:,} shuffles of the measure"
    yield (
        "The interval of r is on Fisher's scale and includes the variance over "
        "cross-validations; that of R² is a jackknife over subjects"
    )
