"""The body of all score assets: scores all methods over the cohort."""

from attnconn_assets.assets.scores.cautions import CAUTIONS, cautions_of
from attnconn_assets.assets.scores.study_data import StudyData
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.errors import CohortError, ParameterError
from attnconn_core.figures import FigureContext, Styles, score_figures
from attnconn_core.scoring import Scored, join_cautions

__all__ = ["make_score"]


def make_score(work: Work) -> Result:
    """Score every method, and draw the figures."""
    score, data = work.settings["score"], StudyData(work, work.settings["score"].reads)
    try:
        scored = score.score(data)
    except CohortError as error:
        lacks = "".join(f"; {name} is missing because {why}" for name, why in work.lacks.items())
        raise CohortError(f"{error}{lacks}") from error
    if not isinstance(scored, Scored):
        kind = type(score)
        raise ParameterError(
            f"score must return a Scored; got {type(scored).__name__} (score {score.name}, class "
            f"{kind.__module__}.{kind.__qualname__})"
        )
    # Scores that issue cautions use their own; all others read the asset `cautions`.
    warnings = (
        cautions_of(work)
        if CAUTIONS in work.needs
        else join_cautions([score.cautions(scored.tables)])
    )
    styles = Styles(data.methods, warnings)
    context = FigureContext(data.methods, work.regions(), data.design, styles)
    figures = score_figures(score, scored, context)
    return Result(
        tables=scored.tables,
        figures=figures,
        # MLflow also shows the numbers of subjects, pairs or sessions.
        metrics={name: n for name, n in scored.facts.items() if type(n) is int},
        facts={**scored.facts, "notes": [*data.notes, *scored.notes]},
        by_method=scored.tables["scores"],
        warnings=warnings,
    )
