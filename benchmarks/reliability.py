"""Measure whether a trained model's matrix depends on the seed, the session or the subject.

Every configuration is trained twice on the sample, with two seeds: one model per session and,
where the experiment has cohort models, cross-fitted cohort models and models fine-tuned from
them on each session. Forecasts are tested on the last tenth of every session; no model is
trained on it.
"""

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from tqdm import tqdm

from attnconn_assets.study.experiment import Configuration, Experiment
from attnconn_core.connectivity import Ablation, Attention, AttentionNorm, Sensitivity
from attnconn_core.forecasting import (
    AttentionForecaster,
    GroupFold,
    PooledMoments,
    Prior,
    cohort_coefficients,
    deal,
    fit,
    group_folds,
    linear_forecasts,
    shared_penalty,
)
from attnconn_core.forecasting.config import DEFAULT_SEED
from attnconn_core.records import Cohort, Connectivity, Session, TimeSeries
from attnconn_core.scoring import agreement, edgewise_reliability
from attnconn_core.scoring.comparison.paired_tests import mean_interval
from attnconn_core.scoring.edges.features import edge_mask
from attnconn_core.sources import HcpSample
from attnconn_core.timeseries import split
from benchmarks.table import replace_section, section

__all__ = ["main"]

_HERE = Path(__file__).parent
_TEST = 0.1
_FOLDS = 2
_SEEDS = (1, 2)
_ORIGINAL = "original study"
# Name → experiment. Its first cohort configuration and its subject configuration are trained.
_EXPERIMENTS = {
    "quick": "quick.yaml",
    _ORIGINAL: "published_subject.yaml",
    "attnconn": "attnconn.yaml",
}
_READ_OUTS = {
    "attention": Attention,
    "attention × norm": AttentionNorm,
    "ablation": Ablation,
    "Jacobian": Sensitivity,
}
_HEADER = (
    *("configuration", "model", "read-out", "r of the same session, two seeds (lowest session)"),
    *("r of test and retest, same seed", "r of test and retest, two seeds"),
    *("r of different subjects, same seed", "ICC of edges", "forecast R²", "device"),
)
_AGREEING = 0.9
_ABOUT = (
    "Every model is trained with two seeds. One configuration takes minutes to half an hour on two "
    "cores. The table is written only at the end."
)


@dataclass(frozen=True)
class _Sample:
    """The sessions, their series, and the training part of each series."""

    cohort: Cohort
    series: Mapping[str, TimeSeries]
    training: Mapping[str, TimeSeries]


@dataclass
class _Read:
    """Matrices of one read-out of one kind of model, by seed and session."""

    matrices: dict[tuple[int, str], Connectivity] = field(default_factory=dict)
    pools: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Train with two seeds, compare the matrices, and print or write the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.reliability", description=main.__doc__)
    parser.add_argument(
        "configurations", nargs="*", help=f"among {', '.join(_EXPERIMENTS)}; default: all"
    )
    parser.add_argument("--write", action="store_true", help="write into benchmarks/README.md")
    parser.add_argument("--subjects", type=int, default=7, help="number of subjects (default: 7)")
    parser.add_argument(
        "--device", default="cpu", help="device to train and read on (default: cpu)"
    )
    options = parser.parse_args()
    unknown = sorted(set(options.configurations) - set(_EXPERIMENTS))
    if unknown:
        parser.error(f"must be among {', '.join(_EXPERIMENTS)}; got {', '.join(unknown)}")
    sample = _sample(options.subjects)
    page, own_past = _HERE / "README.md", _own_past(sample)
    print(_ABOUT, file=sys.stderr)
    rows = {name: _rows_of(page, name) for name in _EXPERIMENTS}
    for name in options.configurations or _EXPERIMENTS:
        rows[name] = list(_lines(name, sample, options.device, own_past))
    lines = ["| " + " | ".join(_HEADER) + " |", "|" + " --- |" * len(_HEADER)]
    lines += [row for each in rows.values() for row in each]
    lines += ["", _note(sample, own_past)]
    print("\n".join(lines))
    if options.write:
        replace_section(page, "reliability", "\n".join(lines))


def _rows_of(page: Path, name: str) -> list[str]:
    """Return the rows that the page already has of a configuration."""
    return [row for row in section(page, "reliability").splitlines() if _named(row) == name]


def _named(row: str) -> str:
    return row.removeprefix("| ").partition(" |")[0].removesuffix(" ⚠")


def _sample(subjects: int) -> _Sample:
    source = HcpSample(_HERE.parent / ".sample")
    sessions = source.sessions()
    kept = sorted({session.subject for session in sessions})[:subjects]
    cohort = Cohort(tuple(session for session in sessions if session.subject in kept))
    series = {session.key: source.load(session) for session in cohort.sessions}
    return _Sample(cohort, series, {key: split(each, _TEST)[0] for key, each in series.items()})


def _lines(name: str, sample: _Sample, device: str, own_past: float) -> Iterator[str]:
    """Train a configuration's models, and yield a row per kind of model and read-out."""
    text = (_HERE.parent / "experiments" / _EXPERIMENTS[name]).read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    content.pop("x-common", None)
    experiment = _on(device, Experiment.model_validate(content))
    # Ablation and the Jacobian of the original study's model take hours on two cores.
    read_outs = {"attention": Attention} if name == _ORIGINAL else _READ_OUTS
    found: dict[tuple[str, str], _Read] = {}
    for seed in _SEEDS:
        models = tqdm(
            _models(experiment, sample, seed), desc=f"{name}, seed {seed}", unit=" models"
        )
        for kind, session, estimate, pool in models:
            for read_out, estimator in read_outs.items():
                read = found.setdefault((kind, read_out), _Read())
                read.matrices[seed, session.key] = estimate(estimator)
                read.pools[session.subject] = pool
    for (kind, read_out), read in found.items():
        seeds, *columns, r2 = _columns(read, sample.cohort)
        warned = float(seeds.split()[0]) < _AGREEING or float(r2) < own_past
        mark = " ⚠" if warned else ""
        cells = [f"{name}{mark}", kind, read_out, seeds, *columns, r2, device]
        yield "| " + " | ".join(cells) + " |"


def _on(device: str, experiment: Experiment) -> Experiment:
    """Return the experiment with this device for training."""

    def moved(configuration: Configuration) -> Configuration:
        training = configuration.training.model_copy(update={"device": device})
        return configuration.model_copy(update={"training": training})

    group = {name: moved(each) for name, each in experiment.group.items()}
    own = experiment.subject and moved(experiment.subject)
    return experiment.model_copy(update={"group": group, "subject": own})


Estimate = Callable[..., Connectivity]


def _models(
    experiment: Experiment, sample: _Sample, seed: int
) -> Iterator[tuple[str, Session, Estimate, int]]:
    """Train every model of one seed; yield kind, session, how to read it, and its pool."""

    def reader(model: AttentionForecaster, key: str, *, rescale: bool = False) -> Estimate:
        def estimate(estimator: Callable[..., Attention]) -> Connectivity:
            made = estimator(model, test_fraction=_TEST, rescale=rescale)
            return made.estimate(sample.series[key])

        return estimate

    own = experiment.subject or next(iter(experiment.group.values()))
    for session in sample.cohort.sessions:
        model = _trained(own.reseeded(seed), [sample.training[session.key]])
        yield "session", session, reader(model, session.key), 0
    if not experiment.group or len(sample.cohort.subjects) < 3:
        return
    group = next(iter(experiment.group.values()))
    tuned = experiment.fine_tuning.configuration(group)
    alpha = _penalty(group, sample)
    for pool, fold in enumerate(group_folds(sample.cohort, _FOLDS, DEFAULT_SEED)):
        parts = [sample.training[session.key] for session in fold.trains]
        cohort_model = _trained(group.reseeded(seed), parts)
        begins = _beginning(cohort_model, fold, sample, alpha)
        for session in sample.cohort.sessions:
            if fold.reads is not None and session.subject not in fold.reads:
                continue
            key = session.key
            rescale = group.training.normalisation != "pooled"
            yield "cohort", session, reader(cohort_model, key, rescale=rescale), pool
            model = _trained(tuned.reseeded(seed), [sample.training[key]], *begins)
            yield "fine-tuned", session, reader(model, key), pool


def _trained(
    configuration: Configuration,
    parts: Sequence[TimeSeries],
    start: AttentionForecaster | None = None,
    prior: Prior | None = None,
) -> AttentionForecaster:
    training = configuration.training
    return fit(configuration.model, parts, training, start=start, prior=prior).forecaster


def _penalty(configuration: Configuration, sample: _Sample) -> float | None:
    """Choose the penalty that shrinks all sessions towards others; None without a linear start."""
    if configuration.model.initialisation != "linear":
        return None
    scans = [(each.subject, sample.training[each.key]) for each in sample.cohort.sessions]
    dealt = deal(subject for subject, _ in scans)
    return shared_penalty(scans, PooledMoments.of(scans, configuration.model.input_window, dealt))


def _beginning(
    model: AttentionForecaster, fold: GroupFold, sample: _Sample, alpha: float | None
) -> tuple[AttentionForecaster | None, Prior | None]:
    """Return the start of a session's fine-tuning: the model's weights, or the fold's VAR."""
    if model.config.initialisation != "linear":
        return model, None
    subjects = [session.subject for session in fold.trains]
    scans = ((session.subject, sample.training[session.key]) for session in fold.trains)
    pooled = PooledMoments.of(scans, model.config.input_window, deal(subjects))
    return None, Prior(cohort_coefficients(pooled.total), alpha)


def _columns(read: _Read, cohort: Cohort) -> list[str]:
    """Return the cells of a row: agreements r, ICC and forecast R², as means over subjects."""
    matrices, (first, second) = read.matrices, _SEEDS
    pairs = cohort.pairs()
    seeds = pd.Series(
        {s.key: _r(matrices[first, s.key], matrices[second, s.key]) for s in cohort.sessions}
    )
    subjects = [session.subject for session in cohort.sessions]
    other = [
        [_r(matrices[seed, test.key], matrices[seed, retest.key]) for seed in _SEEDS]
        for test, retest in pairs
    ]
    crossed = [
        [
            _r(matrices[first, test.key], matrices[second, retest.key]),
            _r(matrices[second, test.key], matrices[first, retest.key]),
        ]
        for test, retest in pairs
    ]
    r2 = pd.Series({s.key: matrices[first, s.key].metrics["r2"] for s in cohort.sessions})
    return [
        f"{_cell(seeds.groupby(subjects, sort=False).mean().to_numpy())} ({seeds.min():.3f})",
        _cell(np.mean(other, axis=1)),
        _cell(np.mean(crossed, axis=1)),
        _cell(_between_subjects(read, cohort)),
        _icc(read, cohort),
        f"{r2.mean():.3f}",
    ]


def _between_subjects(read: _Read, cohort: Cohort) -> np.ndarray:
    """Return each subject's mean r with others in the same session, read by the same model."""
    by_subject: dict[str, list[float]] = {subject: [] for subject in cohort.subjects}
    for one, two in itertools.combinations(cohort.sessions, 2):
        alike = one.session == two.session and read.pools[one.subject] == read.pools[two.subject]
        if one.subject == two.subject or not alike:
            continue
        for seed in _SEEDS:
            r = _r(read.matrices[seed, one.key], read.matrices[seed, two.key])
            by_subject[one.subject].append(r)
            by_subject[two.subject].append(r)
    return np.array([np.mean(each) for each in by_subject.values() if each])


def _icc(read: _Read, cohort: Cohort) -> str:
    mask = edge_mask(len(next(iter(read.matrices.values())).regions), directed=True)
    pairs = cohort.pairs()
    ratings = np.array(
        [[read.matrices[1, session.key].values[mask] for session in pair] for pair in pairs]
    )
    pools = np.array([read.pools[test.subject] for test, _ in pairs])
    if len(pairs) - len(set(pools)) < 1:
        return ""
    value, low, high = edgewise_reliability(ratings, pools=pools).mean
    return f"{value:.2f}" if np.isnan(low) else f"{value:.2f} ({low:.2f} to {high:.2f})"


def _r(one: Connectivity, other: Connectivity) -> float:
    return agreement(one, other).r


def _cell(values: np.ndarray) -> str:
    """Format the mean over subjects, ± half its 95 % interval if there are at least five."""
    mean, low, high = mean_interval(np.asarray(values, dtype=float))
    return f"{mean:.3f}" if len(values) < 5 else f"{mean:.3f} ± {(high - low) / 2:.3f}"


def _own_past(sample: _Sample) -> float:
    """Return the mean R² of forecasts from each region's own past."""
    return float(
        np.mean(
            [
                linear_forecasts(sample.training[key], split(series, _TEST)[1], 5)["ar"].skill.r2
                for key, series in sample.series.items()
            ]
        )
    )


def _note(sample: _Sample, own_past: float) -> str:
    return (
        f"{len(sample.cohort.subjects)} subjects, {len(sample.cohort.sessions)} sessions; R² of "
        f"each region's own past, AR(5): {own_past:.3f}. ⚠: do not interpret: two seeds agree at r "
        f"below {_AGREEING}, or each region's own past forecasts better."
    )


if __name__ == "__main__":
    main()
