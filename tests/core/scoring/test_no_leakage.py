"""Labels that mean nothing are at chance on every score, whatever the options."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from attnconn_core.connectivity import METHODS, READY, Granger, Mindy
from attnconn_core.forecasting import PooledMoments, deal, linear_forecasts
from attnconn_core.records import TimeSeries
from attnconn_core.scoring import (
    Confounds,
    CrossValidation,
    fingerprint,
    predict_behaviour,
    reconstructed_identifiability,
    recovery_scores,
    score_behaviours,
    summarise_recovery,
)
from attnconn_core.sources import KnownTruth
from attnconn_core.timeseries import draw_network, simulate, split

MODELS = ("kernel_ridge", "cpm", "linear_sgd")


def within(values, expected, errors=3.5):
    """Whether a mean lies where chance lets it, with a little room for what is exact."""
    values = np.asarray(values)
    return abs(values.mean() - expected) <= errors * values.std(ddof=1) / np.sqrt(len(values))


@pytest.mark.parametrize(
    ("similarity", "normalise", "comparison", "edges"),
    list(
        product(
            ("pearson", "mutual_info"),
            ("none", "edgewise"),
            ("test_to_retest", "across_all_sessions"),
            ("all", "off_diagonal"),
        )
    ),
)
def test_scans_of_nobody_identify_nobody(similarity, normalise, comparison, edges):
    # What all share, in each session its own, is no mark of a subject.
    accuracies, p, differences = [], [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        shared = 3 * rng.normal(size=(2, 1, 6, 6))
        test, retest = shared + rng.normal(size=(2, 10, 6, 6))
        score = fingerprint(
            test, retest, similarity=similarity, normalise=normalise, comparison=comparison,
            edges=edges, permutations=60, seed=seed,
        )  # fmt: skip
        accuracies.append(score.hits.mean())
        differences.append(score.i_diff)
        p.append(score.p_value)
    assert within(accuracies, 0.1)
    assert within(differences, 0.0)
    assert np.mean(np.array(p) <= 0.05) <= 0.15


def test_components_chosen_by_others_identify_nobody():
    rng = np.random.default_rng(0)
    found = [
        reconstructed_identifiability(*rng.normal(size=(2, 16, 6, 6)), symmetric=False, seed=seed)
        for seed in range(40)
    ]
    assert within([each.i_diff_reconstructed for each in found], 0.0)


def families(rng, n_families=40, members=3):
    """Edges and targets that are alike in a family, and otherwise have nothing in common."""
    family = np.repeat(np.arange(n_families), members)
    edges = rng.normal(size=(n_families, 60))[family] + 0.3 * rng.normal(size=(len(family), 60))
    targets = rng.normal(size=(n_families, 8))[family] + 0.3 * rng.normal(size=(len(family), 8))
    return edges, pd.DataFrame(targets).rename(columns=str), family


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("from_features", [None, False, True])
def test_likeness_in_a_family_predicts_until_families_stay_together(model, from_features):
    rng = np.random.default_rng(1)
    edges, targets, family = families(rng)
    confounds = None
    if from_features is not None:
        confounds = Confounds(rng.normal(size=(len(family), 4)), from_features)
    plan = CrossValidation(folds=5, seed=0, permutations=40)
    asked = {"model": model, "cross_validation": plan, "confounds": confounds}
    apart = score_behaviours(edges, targets, **asked)
    together = score_behaviours(edges, targets, **asked, groups=family)
    assert apart.scores["r"].mean() > 0.3
    assert together.scores["r"].mean() < 0.12
    assert together.scores["r2"].mean() < 0.02
    # Shuffles of single subjects part families, and call their likeness a finding.
    assert (apart.scores["p"] < 0.05).mean() > 0.5
    assert (together.scores["p"] < 0.05).mean() <= 0.25


def test_single_targets_are_shuffled_by_families_too():
    # By families r strays as of 15 subjects; of single ones as of 150.
    p = []
    for seed in range(10):
        edges, targets, family = families(np.random.default_rng(seed), 15, 10)
        p += [
            predict_behaviour(
                edges, targets[name].to_numpy(), groups=family, folds=3, permutations=99
            ).p_value
            for name in targets
        ]
    assert np.mean(np.abs(np.array(p) - 0.5) > 0.45) <= 0.25  # of single ones, 0.7


def test_networks_that_made_no_series_are_found_by_chance():
    # The series have networks; those they are held against are others'.
    series = tuple(simulate(draw_network(6, [2, n]), 150, [3, n]) for n in range(60))
    truths = tuple(draw_network(6, [4, n], feedback=0.3) for n in range(60))
    estimators = {
        **{name: METHODS[name].make() for name in READY},
        "granger": Granger(1, 1.0, None),
        "mindy": Mindy(batches=200),  # in full it takes seconds per data set
    }
    scores, failed = recovery_scores(estimators, KnownTruth("others", series, truths))
    assert not failed
    table = summarise_recovery(scores).set_index("method")
    for method in estimators:
        own = scores[scores["method"] == method]
        assert within(own["auroc"], 0.5), method
        orientation = own["orientation"].dropna()
        assert orientation.std() == 0 or within(orientation, 0.5), method
        # Pairs that tie, as a symmetric estimate's, are less by luck than single ones.
        slack = 3.5 * own["auprc"].std() / np.sqrt(len(own))
        assert table.loc[method, "auprc"] < table.loc["chance", "auprc"] + slack, method


def test_frames_without_memory_are_foretold_by_nobody():
    # Penalties are chosen on the training part: no R² of unseen frames is above 0 by it.
    found = []
    names = tuple("abcdef")
    for seed in range(20):
        rng = np.random.default_rng(seed)
        scans = [rng.normal(size=(200, 6)).astype(np.float32) for _ in range(4)]
        parts = {n: split(TimeSeries((scan,), 1.0, names), 0.2) for n, scan in enumerate(scans)}
        pooled = PooledMoments(3, names, deal(map(str, parts)))
        for number, (training, _) in parts.items():
            pooled = pooled.plus(str(number), training)
        forecasts = linear_forecasts(*parts[0], 3, pooled.without("0"))
        found.append([each.skill.r2 for each in forecasts.values()])
    assert (np.mean(found, axis=0) < 0.01).all()
