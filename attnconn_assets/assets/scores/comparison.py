"""The comparison: every method on every benchmark, and what can be said of them."""

from collections.abc import Iterator

from attnconn_assets.assets.scores.cautions import cautions_of
from attnconn_assets.building.causes import named
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.errors import CohortError
from attnconn_core.figures import Styles, comparison_panel, png
from attnconn_core.scoring import Measured, join_measures
from attnconn_core.scoring.recovery.measures import recovery_measures
from attnconn_core.wording import shortened, told_once

__all__ = ["make_comparison"]


def make_comparison(work: Work) -> Result:
    """Gather every benchmark's scores, and say who is better where it can be said."""
    warnings = cautions_of(work)
    styles = Styles(work.settings["methods"], warnings)
    found = join_measures(_measures(work), warnings, styles.cohort_informed)
    if not len(found.drawn):
        alike = told_once(work.lacks.items())
        why = "; ".join(f"{', '.join(each.names)}: {shortened(each.message)}" for each in alike)
        raise CohortError(f"a comparison needs a score that methods are compared by; {why}")
    drawn = found.drawn
    names = drawn["benchmark"] + " " + drawn["measure"] + "/" + drawn["method"]
    values = drawn["value"].to_numpy(dtype=float)
    metrics = dict(zip(names, values.tolist(), strict=True))
    of_units = drawn["benchmark"] + " " + drawn["measure"] + "/n"
    metrics |= drawn["n"].groupby(of_units).min().astype(float).to_dict()
    return Result(
        tables=found.tables,
        figures={"figure": png(comparison_panel(drawn, found.leaders, styles=styles))},
        metrics=metrics,
        warnings=warnings,
    )


def _measures(work: Work) -> Iterator[Measured]:
    for score in work.settings["scores"]:
        if score.name in work.lacks:
            continue
        yield from score.measures(work.tables(score.name), work.facts(score.name, WHOLE))
    for benchmark in work.settings["networks"]:
        if named("recovery", benchmark) in work.lacks:
            continue
        yield from recovery_measures(
            benchmark,
            work.table("recovery", "scores", benchmark),
            work.table("recovery", "table", benchmark),
            work.facts("recovery", benchmark)["pooled"],
        )
