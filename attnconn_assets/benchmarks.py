"""Benchmarks: every method on fingerprinting, behaviour and forecast skill."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from attnconn_assets import formats, telling
from attnconn_assets.asset import AssetSpec, Kind, Made
from attnconn_assets.connectivity import methods, traits
from attnconn_assets.inputs import has_phenotypes
from attnconn_assets.lineage import Recipe
from attnconn_assets.study import Study
from attnconn_assets.work import Work
from attnconn_core.connectivity import mean_connectivity
from attnconn_core.errors import CohortError
from attnconn_core.figures import (
    behaviour_panel,
    fingerprint_panel,
    forecast_panel,
    forecast_scatter,
    matrix_gallery,
    network_means,
    png,
)
from attnconn_core.forecasting import forecast_baselines
from attnconn_core.records import Cohort, Connectivity, Session
from attnconn_core.scoring import (
    BehaviourScore,
    FingerprintScore,
    edge_features,
    fingerprint,
    predict_behaviour,
)
from attnconn_core.sources import DESIGN_LABELS, target_columns
from attnconn_core.timeseries import split

__all__ = ["specs"]

_SCORING = "attnconn_core.scoring"


def specs(study: Study) -> list[AssetSpec]:
    """Every benchmark of the study, over all methods."""
    matrices: dict[str, Kind] = dict.fromkeys(methods(study), "session")
    listed = {"methods": methods(study), "quorum": study.quorum}
    found = [
        _spec(
            Recipe("group_mean", ("attnconn_core.connectivity.average",), listed),
            make_group_mean,
            needs=matrices,
            description="Every method's mean connectivity over the cohort's test sessions.",
        ),
        _spec(
            Recipe(
                "fingerprint",
                (f"{_SCORING}.fingerprint",),
                {**listed, "lengths": study.scan_lengths, **study.fingerprint.model_dump()},
            ),
            make_fingerprint,
            needs={"group_forecaster": "configuration", **matrices},
            from_configuration=study.read_out[0],
            description="Whether a subject's second session can be told from everyone else's.",
        ),
        _spec(
            Recipe(
                "forecast_skill",
                ("attnconn_core.forecasting.baselines",),
                {
                    **listed,
                    "test_fraction": study.test_fraction,
                    "baseline_lags": study.baseline_lags,
                },
            ),
            make_forecast_skill,
            needs={"time_series": "session", **matrices},
            description="How well each method forecasts frames that it was not trained on.",
        ),
    ]
    if has_phenotypes(study):
        found.append(
            _spec(
                Recipe(
                    "behaviour",
                    (f"{_SCORING}.behaviour",),
                    {**listed, **study.behaviour.model_dump()},
                ),
                make_behaviour,
                needs={"phenotypes": "whole", **matrices},
                description="How well each method's edges predict behaviour in unseen subjects.",
            )
        )
    return found


def _spec(recipe: Recipe, make: Callable[[Work], Made], **more: Any) -> AssetSpec:
    return AssetSpec(
        recipe, "whole", make, group="benchmarks", kinds=frozenset({"parquet", "mlflow"}), **more
    )


def make_group_mean(work: Work) -> Made:
    """Average every method's matrices over one session a subject."""
    cohort = work.cohort(*methods(work.study))
    sessions = cohort.one_each()
    means = []
    for method in methods(work.study):
        stacked = [_whole(work, method, session.key) for session in sessions]
        means.append(mean_connectivity(stacked))
    table = work.platform.region_table
    signed = {mean.method: traits(mean.method).signed for mean in means}
    pictures = {"figure.png": png(matrix_gallery(means, table, signed))}
    if table.groups is not None:
        last = means[-1]
        pictures["networks.png"] = png(network_means(last, table, signed=signed[last.method]))
    writers: dict[str, Any] = {
        f"{mean.method}.parquet": partial(formats.write_matrices, matrices={len(sessions): mean})
        for mean in means
    }
    with work.tracked(parameters={**work.recipe.settings, "cohort": cohort.digest}) as run:
        run.metrics({"sessions": len(sessions)})
        for name, picture in pictures.items():
            run.picture(name.removesuffix(".png"), picture)
        entry = work.save(
            {**writers, **_writers(pictures)},
            {
                "sessions": len(sessions),
                "cohort": cohort.digest,
                "excluded": dict(cohort.excluded),
            },
            run,
        )
    return Made(
        entry,
        {
            "matrices": telling.picture(pictures["figure.png"]),
            "sessions": len(sessions),
            "left out": dict(cohort.excluded),
        },
    )


def make_fingerprint(work: Work) -> Made:
    """Identify every subject's retest by its test, from the whole scan and from less."""
    cohort = work.cohort(*methods(work.study))
    pairs, pools, alone = _pooled_pairs(work, cohort)
    stacks = {method: _stacks(work, method, pairs) for method in methods(work.study)}
    scores = {
        method: _score(work, method, stack[max(stack)], pools, work.study.fingerprint.permutations)
        for method, stack in stacks.items()
    }
    by_length = {
        method: {n: _accuracy(_score(work, method, pair, pools, 0)) for n, pair in stack.items()}
        for method, stack in stacks.items()
    }
    picture = png(
        fingerprint_panel(
            scores,
            by_length,
            len(set(pools)) / len(pairs),
            DESIGN_LABELS[work.platform.source.design],
        )
    )
    table = pd.DataFrame([_fingerprint_row(m, score) for m, score in scores.items()])
    lengths = pd.DataFrame(
        [(m, n, value) for m, found in by_length.items() for n, value in found.items()],
        columns=["method", "frames", "accuracy"],
    )
    margins = pd.DataFrame({m: score.margin for m, score in scores.items()})
    margins.insert(0, "subject", [test.subject for test, _ in pairs])
    return _score_asset(
        work,
        {"scores": table, "accuracy_by_frames": lengths, "margins": margins},
        {"figure.png": picture},
        cohort,
        {
            "pairs": len(pairs),
            "pools": len(set(pools)),
            "unpaired": [s.key for s in cohort.unpaired()] + alone,
        },
    )


def make_forecast_skill(work: Work) -> Made:
    """Put every method's R² on test frames beside that of the linear baselines."""
    cohort = work.cohort("time_series", *methods(work.study))
    rows = []
    for session in cohort.sessions:
        where = {"subject": session.subject, "session": session.session}
        for method in methods(work.study):
            metrics = _whole(work, method, session.key).metrics
            if "r2" in metrics:
                shown = {key: metrics.get(key) for key in ("r2", "r2_pooled", "mse")}
                rows.append({**where, "method": method, **shown})
        training, test = split(work.series(session.key), work.study.test_fraction)
        for name, skill in forecast_baselines(training, test, work.study.baseline_lags).items():
            rows.append({**where, "method": name, **skill.summary()})
    table = pd.DataFrame(rows)
    wide = table.pivot(index=["subject", "session"], columns="method", values="r2")
    attention = methods(work.study)[-1]
    scatter = forecast_scatter(
        wide["granger"].to_numpy(),
        wide[attention].to_numpy(),
        ["-".join(each) for each in wide.index],
        x_method="granger",
        y_method=attention,
    )
    pictures = {"figure.png": png(forecast_panel(wide)), "scatter.png": png(scatter)}
    return _score_asset(work, {"scores": table}, pictures, cohort, {})


def make_behaviour(work: Work) -> Made:
    """Predict every target from every method's edges, subjects that are predicted unseen."""
    settings = work.study.behaviour
    phenotypes = work.table("phenotypes", "phenotypes.parquet").set_index(settings.subject_column)
    cohort = work.cohort(*methods(work.study))
    sessions = {s.subject: s for s in cohort.one_each() if s.subject in phenotypes.index}
    subjects = sorted(sessions)
    targets = target_columns(
        phenotypes, settings.targets, settings.subject_column, "the phenotype table"
    )
    family = settings.family_column
    groups = None if family is None else phenotypes.loc[subjects, family].to_numpy()
    rows = []
    for method in methods(work.study):
        stacked = np.stack([_whole(work, method, sessions[s].key).values for s in subjects])
        features = edge_features(stacked, traits(method).directed)
        for target in targets:
            values = phenotypes.loc[subjects, target].to_numpy(dtype=float)
            score = predict_behaviour(
                features,
                values,
                model=settings.model,
                folds=settings.folds,
                seed=settings.seed,
                groups=groups,
            )
            rows.append({"method": method, "target": target, **_behaviour_row(score)})
    table = pd.DataFrame(rows)
    return _score_asset(
        work,
        {"scores": table},
        {"figure.png": png(behaviour_panel(table))},
        cohort,
        {"subjects": len(subjects)},
    )


def _score_asset(
    work: Work,
    tables: Mapping[str, pd.DataFrame],
    pictures: Mapping[str, bytes],
    cohort: Cohort,
    facts: Mapping[str, Any],
) -> Made:
    """Store a benchmark's tables and figure; one run for it, and one below it a method.

    Below it the methods stand side by side; its own holds ``<score>/<method>``, which
    MLflow charts score by score.
    """
    scores = tables["scores"]
    means = scores.groupby("method", sort=False).mean(numeric_only=True)
    parameters = {**work.recipe.settings, "cohort": cohort.digest}
    with work.tracked(parameters=parameters) as run:
        for each, picture in pictures.items():
            run.picture(each.removesuffix(".png"), picture)
        below = []
        for method, row in means.iterrows():
            name, own = f"{work.study.name} {method}", {**parameters, "method": method}
            with work.tracked(name=name, parameters=own, parent=run) as one:
                one.metrics({str(key): value for key, value in row.items()})
            run.metrics({f"{key}/{method}": value for key, value in row.items()})
            below.append(one)
        writers: dict[str, Any] = {
            f"{each}.parquet": partial(formats.write_table, table=table)
            for each, table in tables.items()
        }
        entry = work.save(
            {**writers, **_writers(pictures)},
            {
                **facts,
                "sessions": len(cohort.sessions),
                "cohort": cohort.digest,
                "excluded": dict(cohort.excluded),
            },
            run,
        )
    return Made(
        entry,
        {
            "figure": telling.picture(pictures["figure.png"]),
            **{each: telling.table(table) for each, table in tables.items()},
            "sessions": len(cohort.sessions),
            "left out": dict(cohort.excluded),
            "methods side by side": work.platform.tracking.comparison(
                run.experiment_id, [one.id for one in below]
            ),
            **telling.schema(scores),
        },
    )


def _writers(pictures: Mapping[str, bytes]) -> dict[str, Callable[[Path], None]]:
    return {
        name: partial(formats.write_bytes, content=picture) for name, picture in pictures.items()
    }


def _whole(work: Work, method: str, session: str) -> Connectivity:
    """Read the matrix that rests on the whole scan."""
    matrices = work.matrices(method, session)
    return matrices[max(matrices)]


def _pooled_pairs(
    work: Work, cohort: Cohort
) -> tuple[list[tuple[Session, Session]], np.ndarray, list[str]]:
    """Pair sessions, and say which subjects may be compared: those that one model reads.

    Every method is scored on the same comparisons, so that they can be held against
    each other. A subject that is alone with its model is left out and listed.
    """
    folds = work.entry("group_forecaster", work.study.read_out[0]).facts["folds"]
    pool_of = {
        subject: number for number, fold in enumerate(folds) for subject in fold["reads"] or ()
    }
    pairs = list(cohort.pairs())
    pools = [pool_of.get(test.subject, 0) for test, _ in pairs]
    alone = [pair for pair, pool in zip(pairs, pools, strict=True) if pools.count(pool) < 2]
    kept = [pair for pair in pairs if pair not in alone]
    if not kept:
        raise CohortError(
            "a fingerprint needs at least 2 subjects with a test and a retest session that one "
            f"model reads; got {len(pairs)} such subjects of {len(cohort.subjects)}"
        )
    left = [session.key for pair in alone for session in pair]
    return kept, np.array([pool_of.get(test.subject, 0) for test, _ in kept]), left


def _stacks(
    work: Work, method: str, pairs: Sequence[tuple[Session, Session]]
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Stack test and retest matrices for every scan length that all sessions have.

    The largest key stands for whole scans; it is the shortest one's number of frames.
    """
    read = [[work.matrices(method, session.key) for session in pair] for pair in pairs]
    everyone = [matrices for pair in read for matrices in pair]
    whole = min(max(matrices) for matrices in everyone)
    shared = set.intersection(*(set(matrices) for matrices in everyone))
    lengths: list[int | None] = [*sorted(n for n in shared if n < whole), None]

    def stack(side: int, frames: int | None) -> np.ndarray:
        return np.stack([each[side][frames or max(each[side])].values for each in read])

    return {n or whole: (stack(0, n), stack(1, n)) for n in lengths}


def _score(
    work: Work,
    method: str,
    pair: tuple[np.ndarray, np.ndarray],
    pools: np.ndarray,
    permutations: int,
) -> FingerprintScore:
    settings = work.study.fingerprint.model_dump(exclude={"permutations"})
    return fingerprint(
        *pair,
        symmetric=not traits(method).directed,
        pools=pools,
        permutations=permutations,
        **settings,
    )


def _accuracy(score: FingerprintScore) -> float:
    """Average both directions: from test to retest, and back."""
    return (score.accuracy_test_to_retest + score.accuracy_retest_to_test) / 2


def _fingerprint_row(method: str, score: FingerprintScore) -> dict[str, Any]:
    names = (
        *("accuracy_test_to_retest", "accuracy_retest_to_test", "accuracy_strict"),
        *("cohens_d", "i_diff", "mean_rank", "auc", "p_value"),
    )
    margin = np.asarray(score.margin)
    return {
        "method": method,
        **{name: getattr(score, name) for name in names},
        "margin_mean": float(margin.mean()),
        "margin_min": float(margin.min()),
    }


def _behaviour_row(score: BehaviourScore) -> dict[str, float]:
    return {name: getattr(score, name) for name in ("r", "r2", "mse", "mae")}
