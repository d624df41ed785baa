"""Text for a methods section, from a study's settings and numbers, and its references."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from attnconn_assets.assets.report.reading import facts_of, table_of
from attnconn_assets.building.work import Work
from attnconn_core import __version__
from attnconn_core.connectivity.method import TRAINED, Method
from attnconn_core.forecasting import LINEAR_FORECASTERS
from attnconn_core.references import bibtex, reference_keys

__all__ = ["methods_bibtex", "methods_text"]

_LAYERS = ("input_layers", "prediction_layers")
# Score → what the text says of it, and what it cites.
_SCORES: Mapping[str, tuple[str, str]] = {
    "fingerprint": (
        "Subjects were identified by the similarity of their two matrices (Finn et al. 2015), and "
        "I_diff was computed as the difference of the mean similarities within and between "
        "subjects (Amico & Goñi 2018)",
        "Finn 2015; Amico 2018",
    ),
    "forecast_skill": (
        "Forecasts were scored by R² on the test frames, which no model was fitted to",
        "",
    ),
    "reliability": (
        "Reliability was measured by the correlation of matrices of models that differ in their "
        "random seed, and of the halves of a session, and by the intraclass correlation of edges "
        "over sessions (Shrout & Fleiss 1979)",
        "Shrout 1979",
    ),
    "behaviour": (
        "Behaviour was predicted from matrices in subjects that the model was not fitted to "
        "(He et al. 2020)",
        "He 2020",
    ),
}


def methods_text(work: Work, cohort: Mapping[str, Any], skill: pd.DataFrame | None) -> list[str]:
    """Return the paragraphs of the text.

    Parameters
    ----------
    work
        The report's work.
    cohort
        Numbers of subjects and sessions, from `cohort_numbers`.
    skill
        Scores of the forecasts; None if not made.
    """
    return [
        " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)
        for sentences in (
            [*_on_scans(work, cohort)],
            [*_on_methods(work)],
            [*_on_forecasts(work, skill)],
            [*(_SCORES[name][0] for name in _scored(work)), *_on_statistics(work)],
        )
        if sentences
    ]


def methods_bibtex(work: Work) -> str:
    """Return the references of the text as BibTeX."""
    cited = [work.settings["data"]]
    cited += [method.citation for method in work.settings["methods"]]
    cited += [_SCORES[name][1] for name in _scored(work)]
    return bibtex(key for citation in cited for key in reference_keys(citation))


def _scored(work: Work) -> list[str]:
    names = [score.name for score in work.settings["scores"]]
    return [name for name in names if name in _SCORES and name not in work.lacks]


def _on_scans(work: Work, cohort: Mapping[str, Any]) -> Iterator[str]:
    study: Mapping[str, Any] = work.settings["study"]
    regions = work.regions().regions if "regions" not in work.lacks else ()
    of = f"of {len(regions)} regions " if regions else ""
    if "atlas" in study:
        of += f"({study['atlas']}) "
    yield (
        f"Time series {of}from {cohort['n_sessions']} resting-state sessions of "
        f"{cohort['n_subjects']} subjects were analysed with attnconn {__version__}"
    )
    if work.settings["data"]:
        yield f"The data are described in {_listed(work.settings['data'].split('; '))}"
    yield from _on_lengths(work)
    if cohort["excluded"]:
        yield f"{len(cohort['excluded'])} sessions were excluded (reasons: see the report)"
    confounds = study.get("confounds")
    if confounds is not None:
        names = [
            f"{name} ({confounds[name]})" if name in confounds else name
            for name in confounds.get("strategy", ())
        ]
        yield (
            f"Confounds were regressed out by nilearn's strategies {', '.join(names)}"
            if names
            else "No confounds were regressed out"
        )
    limit = (study.get("scrub") or {}).get("fd_threshold")
    if limit is not None:
        yield (
            f"Frames with a framewise displacement above {limit:g} mm were left out; a run ends "
            "before them, and another begins after"
        )


def _on_methods(work: Work) -> Iterator[str]:
    methods: Sequence[Method] = work.settings["methods"]
    named = [f"{m.label}{_cited(m)}" for m in methods]
    yield f"Connectivity was estimated by {_listed(named)}"
    yield "An entry of a matrix is the connection to the target (row) from the source (column)"
    order = facts_of(work, "granger_order")
    if order:
        lags = "1 lag" if order["lags"] == 1 else f"{order['lags']} lags"
        yield (
            f"Granger's coefficients have {lags} and a ridge penalty of "
            f"{order['alpha']:g}, chosen on validation frames"
        )
    if any(method.needs in TRAINED for method in methods):
        start = (
            ", starting from a linear model of the same data"
            if work.settings["begins_linear"]
            else ""
        )
        yield (
            "Attention is that of networks trained to predict each region's next frame from the "
            f"past frames of all regions{start}; a matrix is its mean over the frames of a scan"
        )
    alike: dict[str, list[str]] = {}
    for name, own in work.settings["networks"].items():
        alike.setdefault(_in_words(own["model"], own["training"]), []).append(name)
    for described, names in alike.items():
        verb = "was" if len(names) == 1 else "were"
        yield f"{_listed(names)} {verb} trained {described}"


def _in_words(model: Mapping[str, Any], training: Mapping[str, Any]) -> str:
    layers = {key: _counted(model[key], "linear layer") for key in _LAYERS}
    return (
        f"on {_counted(model['input_window'], 'past frame')}, with {layers['input_layers']} of "
        f"width {model['hidden_dim']} before the attention, values of width "
        f"{model['bottleneck_dim']}, and {layers['prediction_layers']} after it, by Adam for at "
        f"most {_counted(training['epochs'], 'epoch')} (learning rate "
        f"{training['learning_rate']:g}, batches of {training['batch_size']} windows, seed "
        f"{training['seed']})"
    )


def _on_lengths(work: Work) -> Iterator[str]:
    sessions = table_of(work, "cohort", "sessions")
    if sessions is None or not {"frames", "minutes"} <= set(sessions):
        return
    kept = sessions[sessions["left out"] == ""]
    seconds = (60 * kept["minutes"] / kept["frames"]).dropna().round(3)
    frames = kept["frames"].dropna().astype(int)
    if len(frames) and len(seconds):
        yield (
            f"A session has {_range(frames, 0)} frames, with a repetition time of "
            f"{_range(seconds, 3)} s"
        )


def _on_forecasts(work: Work, skill: pd.DataFrame | None) -> Iterator[str]:
    if skill is None:
        return
    kinds = [kind for kind in LINEAR_FORECASTERS.values() if (skill["method"] == kind.name).any()]
    if kinds:
        described = "; ".join(f"{kind.label}, {kind.description}" for kind in kinds)
        yield f"Linear models (VAR: vector autoregression) forecast the same frames: {described}"
    yield (
        f"The test frames are the last {work.settings['test_fraction']:.0%} of a scan; penalties "
        "were chosen on the last frames before them"
    )


def _on_statistics(work: Work) -> Iterator[str]:
    yield (
        "Intervals are 95 % intervals; comparisons of methods are corrected for their number, and "
        "intervals are not"
    )
    for score in work.settings["scores"]:
        if score.name == "fingerprint" and score.name not in work.lacks:
            yield (
                f"The p of identification is of {score.permutations:,} random pairings, or of all "
                f"if there are no more; bootstrap intervals are of {score.resamples:,} resamples"
            )


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _range(values: pd.Series, digits: int) -> str:
    least, most = (f"{end:.{digits}f}" for end in (values.min(), values.max()))
    return least if least == most else f"{least} to {most}"


def _cited(method: Method) -> str:
    return f" ({method.citation})" if method.citation else ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
