"""Comparison: every method on every benchmark of the study, and what can be said of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from attnconn_assets.assets.inputs.phenotypes import has_phenotypes
from attnconn_assets.assets.scores.behaviour import METHOD, NULL_MODEL
from attnconn_assets.assets.scores.common import picture_writers
from attnconn_assets.building import metadata as telling
from attnconn_assets.building.spec import AssetSpec, Kind, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import WHOLE
from attnconn_assets.study.study import Study
from attnconn_core.figures import comparison_panel, png
from attnconn_core.forecasting import BASELINES
from attnconn_core.scoring import (
    ALL_TARGETS,
    CHANCE,
    NULL_ROWS,
    Compared,
    compare_hits,
    compare_on_units,
    compare_targets,
)

__all__ = ["benchmarks_of", "specs"]

_PUBLISHED = "published"
_POOLED = "one model of all data sets"
_OF_WHAT = ["benchmark", "measure", "method"]
_MEASURES = {
    "auprc_undirected": "detection (AUPRC, either way)",
    "auprc": "detection and direction (AUPRC)",
    "orientation": "direction of one-way edges",
}
# MLflow's names of metrics have neither brackets nor commas.
_SAFE = str.maketrans("", "", "(),")


@dataclass(frozen=True, eq=False)
class _Measured:
    """One measure of one benchmark; `beside` are rows that nobody is tested against."""

    benchmark: str
    measure: str
    compared: Compared
    beside: pd.DataFrame
    drawn: bool = True

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Say in every row what it is of."""
        named = table.copy()
        named.insert(0, "benchmark", self.benchmark)
        named.insert(1, "measure", self.measure)
        return named

    def scores(self) -> pd.DataFrame:
        """Methods, then what stands beside them."""
        methods = self.compared.scores.assign(kind=METHOD)
        beside = [self.beside] if len(self.beside) else []
        return self.named(pd.concat([methods, *beside], ignore_index=True))

    def leaders(self) -> pd.DataFrame:
        """A row a method that leads."""
        return self.named(pd.DataFrame({"method": self.compared.verdict.leaders}))

    def verdict(self) -> pd.DataFrame:
        """One row."""
        said = self.compared.verdict
        leaders = ", ".join(said.leaders)
        row = {"winner": said.winner or "", "leaders": leaders, "verdict": said.sentence}
        return self.named(pd.DataFrame([row]))


def benchmarks_of(study: Study) -> dict[str, Kind]:
    """Every asset that scores methods in a study, and how it is partitioned."""
    needs: dict[str, Kind] = {"fingerprint": "whole", "forecast_skill": "whole"}
    if has_phenotypes(study):
        needs["behaviour"] = "whole"
    if study.recovery.benchmarks:
        needs["recovery"] = "benchmark"
    return needs


def specs(study: Study) -> list[AssetSpec]:
    """The one asset that holds every method on every benchmark."""
    return [
        AssetSpec(
            Recipe("comparison", ("attnconn_core.scoring.comparison.verdicts",)),
            "whole",
            make_comparison,
            needs=benchmarks_of(study),
            description="Every method on every benchmark, tested against each other.",
            group="benchmarks",
            kinds=frozenset({"parquet", "mlflow"}),
        )
    ]


def make_comparison(work: Work) -> Made:
    """Gather every benchmark's scores, and say who is better where it can be said."""
    found = list(_every(work))
    tables = {
        "scores": _joined(each.scores() for each in found),
        "pairs": _joined(each.named(each.compared.pairs) for each in found),
        "verdicts": _joined(each.verdict() for each in found),
    }
    drawn = [each for each in found if each.drawn]
    methods = _joined(each.named(each.compared.scores) for each in drawn)
    leaders = _joined(each.leaders() for each in drawn)
    pictures = {"figure.png": png(comparison_panel(methods, leaders))}
    with work.tracked() as run:
        run.picture("figure", pictures["figure.png"])
        names = methods["benchmark"] + " " + methods["measure"] + "/" + methods["method"]
        values = methods["value"].to_numpy(dtype=float)
        run.metrics(
            {name.translate(_SAFE): float(v) for name, v in zip(names, values, strict=True)}
        )
        writers: dict[str, Any] = {
            f"{name}.parquet": partial(formats.write_table, table=table)
            for name, table in tables.items()
        }
        entry = work.save({**writers, **picture_writers(pictures)}, {}, run)
    return Made(
        entry,
        {
            "figure": telling.picture(pictures["figure.png"]),
            "verdicts": telling.table(tables["verdicts"]),
            "scores": telling.table(tables["scores"]),
            **telling.schema(tables["scores"]),
        },
    )


def _joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    held = [table for table in tables if len(table)]
    return pd.concat(held, ignore_index=True) if held else pd.DataFrame(columns=_OF_WHAT)


def _every(work: Work) -> Iterator[_Measured]:
    """Every benchmark's measures; and rows that stand beside the methods, untested."""
    yield _fingerprint(work)
    yield _forecast(work)
    if has_phenotypes(work.study):
        yield from _behaviour(work)
    for benchmark in work.study.recovery.benchmarks:
        yield from _recovery(work, benchmark)


def _fingerprint(work: Work) -> _Measured:
    facts = work.entry("fingerprint", WHOLE).facts
    hits = work.table("fingerprint", "hits.parquet").set_index("subject")
    scores = work.table("fingerprint", "scores.parquet")
    compared = compare_hits(scores, hits, facts["pools"] / facts["pairs"])
    return _Measured("fingerprint", "accuracy", compared, pd.DataFrame())


def _forecast(work: Work) -> _Measured:
    """Over subjects, against what a region's own past foretells."""
    scores = work.table("forecast_skill", "scores.parquet")
    values = scores.pivot_table(index="subject", columns="method", values="r2", sort=False)
    own_past, *others = BASELINES
    methods = [name for name in values if name not in BASELINES]
    compared = compare_on_units(values[[*methods, *others]], values[own_past])
    beside = pd.DataFrame({"method": [own_past], "value": [values[own_past].mean()]})
    beside["kind"] = NULL_MODEL
    return _Measured("forecast", "R² of test frames", compared, beside)


def _behaviour(work: Work) -> Iterator[_Measured]:
    scores = work.table("behaviour", "scores.parquet")
    comparison = work.table("behaviour", "comparison.parquet")
    null = scores[scores["kind"] == NULL_MODEL].assign(value=scores["r"])
    columns = ["kind", "method", "value", "lower", "upper", "p"]
    compared = compare_targets(scores[scores["kind"] == METHOD], comparison)
    for target, each in compared.items():
        beside = null.loc[null["target"] == target, columns]
        if target == ALL_TARGETS:
            means = null.groupby("method", sort=False)["value"].mean()
            beside = means.reset_index().assign(kind=NULL_MODEL)
        drawn = target == ALL_TARGETS or len(compared) == 1
        yield _Measured("behaviour", f"r, {target}", each, beside, drawn)


def _recovery(work: Work, benchmark: str) -> Iterator[_Measured]:
    """Over data sets, against chance.

    One model of all data sets isn't tested: read on many it is still one draw, and two
    random matrices that are held against the same network many times over would each be
    found to be better than chance, or than the other.
    """
    entry = work.entry("recovery", benchmark)
    scores = formats.read_table(work.path(entry, "scores.parquet"))
    table = formats.read_table(work.path(entry, "table.parquet"))
    pooled = entry.facts["pooled"]
    untested = {*NULL_ROWS, *pooled}
    methods = [name for name in scores["method"].unique() if name not in untested]
    for measure, label in _MEASURES.items():
        values = scores.pivot(index="data_set", columns="method", values=measure)
        if values[CHANCE].isna().all() or values.drop(columns=list(NULL_ROWS)).isna().all(
            axis=None
        ):
            continue
        beside = table.assign(value=table[measure], kind=NULL_MODEL)
        beside.loc[table["method"].isin(pooled), "kind"] = _POOLED
        if _PUBLISHED in table:
            beside.loc[table[_PUBLISHED].notna(), "kind"] = _PUBLISHED
        known = ~beside["method"].isin(methods) & beside["value"].notna()
        compared = compare_on_units(values[methods], values[CHANCE])
        columns = ["kind", "method", "value"]
        yield _Measured(benchmark, label, compared, beside.loc[known, columns])
