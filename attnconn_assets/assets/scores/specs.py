"""The assets that score the methods."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from attnconn_assets.assets.connectivity.cohort_directed import EVIDENCE
from attnconn_assets.assets.connectivity.specs import penalised_of, reading_of, repeats_of
from attnconn_assets.assets.forecasters.specs import seeds
from attnconn_assets.assets.inputs.specs import has_phenotypes
from attnconn_assets.assets.scores.cautions import CAUTIONS, make_cautions
from attnconn_assets.assets.scores.comparison import make_comparison
from attnconn_assets.assets.scores.group_mean import make_group_mean
from attnconn_assets.assets.scores.main_measure import main_measure, mean_recovery
from attnconn_assets.assets.scores.recovery import make_recovery
from attnconn_assets.assets.scores.recovery_estimators import PUBLISHED_EXPERIMENT, Competitors
from attnconn_assets.assets.scores.score import make_score
from attnconn_assets.assets.scores.significance import make_significance, significance_of
from attnconn_assets.building.spec import BuildSpec, Kind
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import Study
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import CohortError
from attnconn_core.figures import figures_module
from attnconn_core.forecasting import group_folds
from attnconn_core.records import Cohort
from attnconn_core.scoring import Cautious, ChoosesPenalties, Comparable, GroupContrast, Score
from attnconn_core.sources import INDEPENDENT_SAMPLES, atlas_files

__all__ = [
    "compared_assets",
    "competitors_of",
    "contrast_of",
    "expected_pools",
    "labels_of",
    "reads_cohort_models",
    "scored",
    "specs",
    "tested_methods",
]

_FIGURES = "attnconn_core.figures"
_MEAN_FIGURES = ("edge_scatters", "matrix", "networks", "net_flow", "circle", "brain_map")


def specs(study: Study) -> list[BuildSpec]:
    """Return the specs of the cohort's means, of every score, and of the comparison.

    Scores that can issue cautions come first, then the asset `cautions`.
    """
    first = [score for score in scored(study) if isinstance(score, Cautious)]
    others = [score for score in scored(study) if not isinstance(score, Cautious)]
    score_specs = [*(_score(study, score) for score in first), _cautions(study, first)]
    score_specs += [_group_mean(study), *(_score(study, score) for score in others)]
    if study.recovery.ground_truths:
        score_specs.append(_recovery(study))
    score_specs += [_significance(study, method) for method in tested_methods(study)]
    return [*score_specs, _comparison(study)]


def compared_assets(study: Study) -> dict[str, Kind]:
    """Return the assets that the comparison reads, with their kind of partitions."""
    needs: dict[str, Kind] = {score.name: "whole" for score in _compared(study)}
    if study.recovery.ground_truths:
        needs["recovery"] = "ground truth"
    return needs


def reads_cohort_models(study: Study) -> bool:
    """Whether a method of the study reads cohort models."""
    return _reads(study, "group_forecaster")


def _reads(study: Study, asset: str) -> bool:
    return any(asset in reading_of(study, method).needs for method in study.chosen_methods)


def _pools_of(study: Study) -> tuple[tuple[str, str], ...]:
    """Return the asset and partition of every result that states the subjects' pools.

    They all state the same ones.
    """
    places = [("group_forecaster", study.read_out[0])] if reads_cohort_models(study) else []
    places += [(asset, WHOLE) for asset in ("pooled_moments", EVIDENCE) if _reads(study, asset)]
    return tuple(places)


def expected_pools(study: Study, cohort: Cohort) -> dict[str, int]:
    """Return subject → pool, if every asset that deals pools is made from this cohort.

    Empty if no method of the study uses pools, or the cohort is too small for them.
    """
    if not _pools_of(study):
        return {}
    try:
        folds = group_folds(cohort, study.cross_fit_folds, study.cross_fit_seed)
    except CohortError:
        return {}
    return {subject: number for number, fold in enumerate(folds) for subject in fold.reads or ()}


def labels_of(study: Study) -> dict[str, list[str]]:
    """Return labels and families of methods: settings of assets that show them."""
    return {name: [method.label, method.family] for name, method in study.every_method.items()}


def scored(study: Study) -> tuple[Score, ...]:
    """Return the scores that the study can make; some need phenotypes."""
    there = has_phenotypes(study)
    return tuple(score for score in study.chosen_scores if there or "phenotypes" not in score.reads)


def contrast_of(study: Study) -> GroupContrast | None:
    """Return the contrast of the study; None if it has none, or no phenotypes."""
    contrasts = [score for score in scored(study) if isinstance(score, GroupContrast)]
    return contrasts[0] if contrasts else None


def tested_methods(study: Study) -> tuple[Method, ...]:
    """Return the methods whose edges are tested against surrogates."""
    names = study.significance.methods
    return tuple(method for method in study.every_method.values() if method.name in names)


def _compared(study: Study) -> list[Score]:
    return [score for score in scored(study) if isinstance(score, Comparable)]


def _score(study: Study, score: Score) -> BuildSpec:
    settings: dict[str, Any] = {
        "score": score,
        "methods": study.chosen_methods,
        "quorum": study.quorum,
        "design": study.make_source().design,
        "labels": labels_of(study),
    }
    needs: dict[str, Kind] = {"regions": "whole"}
    if not isinstance(score, Cautious):
        needs[CAUTIONS] = "whole"
    if "series" in score.reads:
        needs["time_series"] = "session"
        settings["test_fraction"] = study.test_fraction
    if "linear_forecasts" in score.reads:
        needs["linear_forecasters"] = "session"
    if "phenotypes" in score.reads:
        needs["phenotypes"] = "whole"
        settings["subject_column"] = study.behaviour.subject_column
    if "repeats" in score.reads:
        needs |= repeats_of(study)
        settings["seeds"] = tuple(seeds(study))
    if isinstance(score, ChoosesPenalties):
        needs |= penalised_of(study, score)
    configuration = None
    if "pools" in score.reads:
        settings["pools_of"] = pools_of = _pools_of(study)
        for asset, partition in pools_of:
            needs[asset] = "whole" if partition == WHOLE else "configuration"
            configuration = configuration if partition == WHOLE else partition
    needs |= _matrices(study)
    return BuildSpec(
        score.name,
        make_score,
        "whole",
        settings=settings,
        needs=needs,
        optional=frozenset(needs) - {"regions", "time_series", "phenotypes", CAUTIONS},
        calls=(type(score).__module__, figures_module(score)),
        from_configuration=configuration,
        description=score.description,
        group="scores",
        main_of=partial(main_measure, score) if isinstance(score, Comparable) else None,
    )


def _matrices(study: Study) -> dict[str, Kind]:
    return {method.name: "session" for method in study.chosen_methods}


def _group_mean(study: Study) -> BuildSpec:
    return BuildSpec(
        "group_mean",
        make_group_mean,
        "whole",
        settings={
            "methods": study.chosen_methods,
            "quorum": study.quorum,
            "labels": labels_of(study),
            "places": atlas_files(study.make_source()),
        },
        needs={"regions": "whole", CAUTIONS: "whole", **_matrices(study)},
        optional=frozenset(_matrices(study)),
        calls=tuple(f"{_FIGURES}.{name}" for name in _MEAN_FIGURES),
        description="Every method's mean connectivity over the cohort's test sessions, and which "
        "regions inform others.",
        group="scores",
    )


def _cautions(study: Study, scores: Sequence[Score]) -> BuildSpec:
    inverting = [method for method in study.chosen_methods if hasattr(method.estimator, "inverts")]
    return BuildSpec(
        CAUTIONS,
        make_cautions,
        "whole",
        settings={"scores": tuple(scores), "inverting": tuple(inverting)},
        needs={
            **{score.name: "whole" for score in scores},
            **{method.name: "session" for method in inverting},
        },
        optional=frozenset(
            [*(score.name for score in scores), *(method.name for method in inverting)]
        ),
        made_without_all=True,
        keeps=frozenset(score.name for score in scores),
        calls=tuple(type(score).__module__ for score in scores),
        description="Methods whose matrices must not be interpreted, and why.",
        group="scores",
    )


def _significance(study: Study, method: Method) -> BuildSpec:
    """Return the spec of a method's significance, which runs the method on many surrogates."""
    reading = reading_of(study, method)
    settings = study.significance.model_copy(update={"methods": (method.name,)})
    return BuildSpec(
        significance_of(method),
        partial(make_significance, reader=reading.reader),
        "session",
        settings={"method": method, "significance": settings, **reading.settings},
        needs={"time_series": "session", **reading.needs},
        calls=reading.calls,
        from_configuration=reading.from_configuration,
        description=f"p and q of every edge by {method.label}, against surrogates of the scan.",
        group="scores",
        experiment="significance",
        run_label=method.name,
    )


def competitors_of(study: Study) -> Competitors:
    """Return the methods that are run on ground truths, and how they are trained."""
    return Competitors(
        methods=tuple(study.every_method.values()),
        granger=study.granger_settings,
        cohort_models={name: study.configurations[name] for name in study.read_out},
        session_model=study.subject_configuration,
        fine_tuned=study.fine_tuned_configuration,
        test_fraction=study.test_fraction,
    )


def _recovery(study: Study) -> BuildSpec:
    competitors, chosen = competitors_of(study), study.recovery

    def settings_of(name: str) -> dict[str, Any]:
        published = PUBLISHED_EXPERIMENT if name == INDEPENDENT_SAMPLES else None
        return {
            "competitors": competitors,
            "data_sets": chosen.data_sets,
            "file": chosen.files.get(name),
            "seed": None if name in chosen.files else chosen.seed,
            "published": published,
            "labels": labels_of(study),
        }

    return BuildSpec(
        "recovery",
        make_recovery,
        "ground truth",
        settings={"competitors": competitors, "recovery": chosen},
        settings_of=settings_of,
        calls=(
            *(method.module for method in competitors.methods),
            *(f"{_FIGURES}.{name}" for name in ("recovered_graphs", "recoveries")),
        ),
        trains=True,
        description="How well each method finds the edges of a ground truth, and their direction.",
        group="scores",
        main_of=mean_recovery,
    )


def _comparison(study: Study) -> BuildSpec:
    scores = _compared(study)
    return BuildSpec(
        "comparison",
        make_comparison,
        "whole",
        settings={
            "scores": tuple(scores),
            "ground_truths": study.recovery.ground_truths,
            "methods": tuple(study.every_method.values()),
            "labels": labels_of(study),
        },
        needs={**compared_assets(study), CAUTIONS: "whole"},
        optional=frozenset(compared_assets(study)),
        keeps=frozenset(compared_assets(study)),
        calls=(*(type(score).__module__ for score in scores), f"{_FIGURES}.comparisons"),
        description="All methods on all scores, tested against each other.",
        group="scores",
    )
