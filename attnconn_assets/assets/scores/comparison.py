"""The comparison: every method on every score, with tests and verdicts."""

from collections.abc import Iterator

from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.building.causes import named
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.errors import CohortError
from attnconn_core.figures import Styles, comparison_panel
from attnconn_core.scoring import Measured, join_measures
from attnconn_core.scoring.recovery.measures import recovery_measures
from attnconn_core.wording import shortened, told_once

__all__ = ["make_comparison"]


def make_comparison(work: Work) -> Result:
    """Join all scores, test the methods against each other, and name the leading ones."""
    warnings = cautions_of(work)
    styles = Styles(work.settings["methods"], warnings)
    comparison = join_measures(_measures(work), warnings, styles.cohort_informed)
    if not len(comparison.drawn):
        groups = told_once(work.lacks.items())
        why = "; ".join(f"{', '.join(group.names)}: {shortened(group.message)}" for group in groups)
        raise CohortError(f"a comparison needs at least one score that compares methods; {why}")
    drawn = comparison.drawn
    names = drawn["score"] + " " + drawn["measure"] + "/" + drawn["method"]
    values = drawn["value"].to_numpy(dtype=float)
    metrics = dict(zip(names, values.tolist(), strict=True))
    of_units = drawn["score"] + " " + drawn["measure"] + "/n"
    metrics |= drawn["n"].groupby(of_units).min().astype(float).to_dict()
    return Result(
        tables=comparison.tables,
        figures={"figure": comparison_panel(drawn, comparison.leaders, styles=styles)},
        metrics=metrics,
        warnings=warnings,
    )


def _measures(work: Work) -> Iterator[Measured]:
    for score in work.settings["scores"]:
        if score.name in work.lacks:
            continue
        yield from score.measures(work.tables(score.name), work.facts(score.name, WHOLE))
    for name in work.settings["ground_truths"]:
        if named("recovery", name) in work.lacks:
            continue
        yield from recovery_measures(
            name,
            work.table("recovery", "scores", name),
            work.table("recovery", "table", name),
            work.facts("recovery", name)["pooled"],
        )
