"""Behaviour: every method's edges, and null models, on every target in unseen subjects."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from attnconn_assets.assets.connectivity.specs import methods, traits
from attnconn_assets.assets.scores.common import score_asset, whole_scan
from attnconn_assets.building.spec import AssetSpec, Kind, Made
from attnconn_assets.building.work import Work
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.study.settings import BehaviourSettings
from attnconn_assets.study.study import Study
from attnconn_core.errors import CohortError
from attnconn_core.figures import behaviour_panel, png
from attnconn_core.records import Cohort
from attnconn_core.scoring import (
    BehaviourTable,
    Confounds,
    CrossValidation,
    compare_behaviours,
    confound_columns,
    edge_features,
    false_discovery,
    score_behaviours,
)
from attnconn_core.sources import target_columns

__all__ = ["METHOD", "NULL_MODEL", "behaviour_spec", "make_behaviour"]

# What a row of the scores is of.
METHOD, NULL_MODEL = "method", "null model"
_SCORING = "attnconn_core.scoring.behaviour"


def behaviour_spec(study: Study) -> AssetSpec:
    """The benchmark of behaviour."""
    needs: dict[str, Kind] = {"phenotypes": "whole", **dict.fromkeys(methods(study), "session")}
    settings = {"methods": methods(study), "quorum": study.quorum}
    return AssetSpec(
        Recipe(
            "behaviour",
            (f"{_SCORING}.table", f"{_SCORING}.comparison"),
            {**settings, **study.behaviour.model_dump()},
        ),
        "whole",
        make_behaviour,
        needs=needs,
        description="How well each method's edges predict behaviour in unseen subjects.",
        group="benchmarks",
        kinds=frozenset({"parquet", "mlflow"}),
    )


@dataclass(frozen=True)
class _Question:
    """What is to be predicted, of whom, and how."""

    settings: BehaviourSettings
    targets: pd.DataFrame
    confounds: Confounds | None
    groups: np.ndarray | None

    def ask(self, features: np.ndarray, model: str, confounds: Confounds | None) -> BehaviourTable:
        """Predict all targets from some features."""
        return score_behaviours(
            features,
            self.targets,
            model=model,
            cross_validation=CrossValidation(
                self.settings.folds,
                self.settings.repeats,
                self.settings.seed,
                self.settings.permutations,
            ),
            confounds=confounds,
            groups=self.groups,
        )


def make_behaviour(work: Work) -> Made:
    """Predict every target from every method's edges, subjects that are predicted unseen."""
    settings = work.study.behaviour
    phenotypes = work.table("phenotypes", "phenotypes.parquet").set_index(settings.subject_column)
    cohort = work.cohort(*methods(work.study))
    sessions = {s.subject: s.key for s in cohort.one_each() if s.subject in phenotypes.index}
    if not sessions:
        raise CohortError(
            "behaviour needs subjects with a scan and a row in the phenotype table; of "
            f"{len(cohort.subjects)} subjects with a scan none has one"
        )
    subjects = sorted(sessions)
    question = _question(settings, phenotypes.loc[subjects])
    found = {
        (name, kind): table
        for name, kind, table in _answers(work, question, [sessions[s] for s in subjects])
    }
    unusable = {name: why for table in found.values() for name, why in table.unusable.items()}
    scores = _scores(found)
    # A null model may go without a score: the figure is of methods.
    drawn = scores[scores["kind"] == METHOD] if len(scores) else scores
    if drawn.empty:
        told = "; ".join(f"{target}: {why}" for target, why in unusable.items())
        raise CohortError(f"no target of the phenotype table can be predicted; {told or 'none'}")
    tables = {"scores": scores, "comparison": _compared(found), "predictions": _predictions(found)}
    facts = _facts(cohort, question, unusable)
    return score_asset(work, tables, {"figure.png": png(behaviour_panel(drawn))}, cohort, facts)


def _facts(cohort: Cohort, question: _Question, unusable: dict[str, str]) -> dict[str, object]:
    subjects = question.targets.index
    return {
        "subjects": len(subjects),
        "without a row": sorted(set(cohort.subjects) - set(subjects)),
        "without a target": sorted(subjects[question.targets.isna().all(axis=1)]),
        "unusable targets": unusable,
        "confounds, not predicted": list(question.settings.confounds),
    }


def _question(settings: BehaviourSettings, phenotypes: pd.DataFrame) -> _Question:
    identifiers = [settings.subject_column, settings.family_column, *settings.confounds]
    known = [each for each in identifiers if each is not None]
    found = target_columns(phenotypes, settings.targets, known, "the phenotype table")
    # Taken out of itself, a confound leaves nothing to predict.
    names = [name for name in found if name not in settings.confounds]
    targets = phenotypes[names].astype(float)
    family = settings.family_column
    groups = None if family is None else phenotypes[family].to_numpy()
    if not settings.confounds:
        return _Question(settings, targets, None, groups)
    columns = confound_columns(phenotypes, settings.confounds)
    # Who lacks a confound can't be adjusted, and has no target to predict.
    complete = columns.notna().all(axis=1)
    both = settings.adjust == "target_and_features"
    confounds = Confounds(columns.fillna(0.0).to_numpy(), from_features=both)
    return _Question(settings, targets.where(complete, np.nan), confounds, groups)


def _answers(
    work: Work, question: _Question, sessions: list[str]
) -> Iterator[tuple[str, str, BehaviourTable]]:
    """Every method's and null model's table, named."""
    settings, confounds = question.settings, question.confounds
    if settings.null_models and confounds is not None:
        # What confounds alone tell of the target as it was measured.
        told = question.ask(confounds.values, "least_squares", None)
        yield "null_confounds", NULL_MODEL, told
    for method in methods(work.study):
        stacked = np.stack([whole_scan(work, method, session).values for session in sessions])
        features = edge_features(stacked, traits(method).directed)
        yield method, METHOD, question.ask(features, settings.model, confounds)
        if settings.null_models:
            mean = features.mean(axis=1, keepdims=True)
            told = question.ask(mean, "least_squares", confounds)
            yield f"null_mean_{method}", NULL_MODEL, told


_Answers = dict[tuple[str, str], BehaviourTable]


def _scores(found: _Answers) -> pd.DataFrame:
    tables = []
    for (name, kind), table in found.items():
        if len(table.scores):
            scores = table.scores.assign(q=false_discovery(table.scores["p"].to_numpy()))
            scores.insert(0, "kind", kind)
            scores.insert(0, "method", name)
            tables.append(scores)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _compared(found: _Answers) -> pd.DataFrame:
    """Methods only: a null model of confounds is scored on another target."""
    return compare_behaviours(
        pd.concat(
            [t.folds.assign(method=name) for (name, kind), t in found.items() if kind == METHOD]
        )
    )


def _predictions(found: _Answers) -> pd.DataFrame:
    """Mean over repeats, of every method, null model, target and subject."""
    whole = pd.concat([t.predictions.assign(method=name) for (name, _), t in found.items()])
    means = whole.groupby(["method", "target", "subject"], sort=False)[["predicted", "measured"]]
    return means.mean().reset_index()
