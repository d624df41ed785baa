"""The only list of the figures of scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from matplotlib.figure import Figure

from attnconn_core.figures.behaviours import behaviour_panel
from attnconn_core.figures.fingerprints import fingerprint_panel
from attnconn_core.figures.forecasts import forecast_panel, forecast_scatter
from attnconn_core.figures.matrix import matrix_gallery
from attnconn_core.figures.methods import Styles
from attnconn_core.figures.score_panels import score_panel
from attnconn_core.parcellation import RegionTable
from attnconn_core.scoring import METHOD, MethodTraits, Score, Scored
from attnconn_core.sources import DESIGN_LABELS, Design

__all__ = ["FIGURES", "FigureContext", "score_figures"]

# What a method needs that no forecaster is trained for.
_NO_FORECASTER = frozenset({"series", "cohort"})


@dataclass(frozen=True)
class FigureContext:
    """What figures of scores need beside the scores.

    Attributes
    ----------
    methods
        The methods of the study, in the order in which they are shown.
    regions
        The regions and the networks they belong to.
    design
        What two sessions of a subject are.
    styles
        Labels and looks of the methods; those of the registry if None.
    """

    methods: Sequence[MethodTraits]
    regions: RegionTable
    design: Design
    styles: Styles | None = None


def score_figures(score: Score, scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the figures of a score.

    Parameters
    ----------
    score
        Which score it is. One that isn't in `FIGURES` gets a row per method.
    scored
        What it found.
    context
        Of the study.

    Returns
    -------
    figures
        By name; the one that stands for the score is called ``figure``.
    """
    draw = FIGURES.get(score.name)
    if draw is not None:
        return draw(scored, context)
    return {
        "figure": score_panel(
            scored.tables["scores"], score.label, score.description, styles=context.styles
        )
    }


def _fingerprint(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    details = scored.details
    figure = fingerprint_panel(
        details.scores,
        details.by_length,
        details.chance,
        DESIGN_LABELS[context.design],
        {method: intervals["i_diff"] for method, intervals in details.intervals.items()},
        styles=context.styles,
    )
    return {"figure": figure}


def _forecast_skill(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    scores = scored.tables["scores"]
    r2 = scores.pivot(index=["subject", "session"], columns="method", values="r2")
    figures = {"figure": forecast_panel(r2, styles=context.styles)}
    judged = [method for method in context.methods if method.name in r2]
    linear = [method.name for method in judged if method.needs in _NO_FORECASTER]
    learned = [method.name for method in judged if method.needs not in _NO_FORECASTER]
    if linear and learned:
        figures["scatter"] = forecast_scatter(
            r2[linear[0]].to_numpy(),
            r2[learned[-1]].to_numpy(),
            ["-".join(each) for each in r2.index],
            x_method=linear[0],
            y_method=learned[-1],
            styles=context.styles,
        )
    return figures


def _behaviour(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    scores = scored.tables["scores"]
    return {"figure": behaviour_panel(scores[scores["kind"] == METHOD], styles=context.styles)}


def _group_contrast(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    details = scored.details
    figure = matrix_gallery(
        details.shown,
        context.regions,
        {each.method: True for each in details.shown},
        f"t of edges in components with p below {details.level}: {details.difference}",
        styles=context.styles,
    )
    return {"figure": figure}


#: By the name of the score. A score of another package is drawn by `score_panel`.
FIGURES: Mapping[str, Callable[[Scored, FigureContext], Mapping[str, Figure]]] = MappingProxyType(
    {
        "fingerprint": _fingerprint,
        "forecast_skill": _forecast_skill,
        "behaviour": _behaviour,
        "group_contrast": _group_contrast,
    }
)
