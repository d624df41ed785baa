import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import fingerprint, identification_intervals


def cohort(rng, n=12, likeness=0.6, regions=8):
    own = rng.normal(size=(n, regions, regions))
    scans = [likeness * own + rng.normal(size=own.shape) for _ in range(2)]
    return [each + each.transpose(0, 2, 1) for each in scans]


def scored(rng, n=12, likeness=0.6, **options):
    return fingerprint(*cohort(rng, n, likeness), permutations=0, **options)


def value_of(name, score):
    means = {"accuracy": score.hits, "margin_mean": score.margin}
    return means[name].mean() if name in means else getattr(score, name)


def cohens_d(same, cross):
    n, m = len(same), len(cross)
    pooled = ((n - 1) * same.var(ddof=1) + (m - 1) * cross.var(ddof=1)) / (n + m - 2)
    return (same.mean() - cross.mean()) / np.sqrt(pooled)


@pytest.mark.parametrize("comparison", ["test_to_retest", "across_all_sessions"])
def test_weights_are_as_good_as_laying_every_draw_out(comparison):
    score = scored(np.random.default_rng(0), comparison=comparison)
    found = identification_intervals(score, 300, seed=5)
    n, between = 12, score.similarity_matrix
    drawn = np.random.default_rng(5).multinomial(n, np.full(n, 1 / n), size=300)
    blocks = score.cross_scores.reshape(n, -1, n - 1)
    i_diffs, aucs, ds, ranks, margins = [], [], [], [], []
    for counts in drawn:
        chosen = np.repeat(np.arange(n), counts)
        pairs = [(i, j) for i in chosen for j in chosen if i != j]
        others = np.mean([between[i, j] for i, j in pairs])
        i_diffs.append(100 * (score.same_scores[chosen].mean() - others))
        cross = [blocks[i, b, j - (j > i)] for i, j in pairs for b in range(blocks.shape[1])]
        labels = np.repeat([True, False], [n, len(cross)])
        aucs.append(roc_auc_score(labels, np.concatenate([score.same_scores[chosen], cross])))
        ds.append(cohens_d(score.same_scores[chosen], np.array(cross)))
        ranks.append(score.ranks[chosen].mean())
        margins.append(score.margin[chosen].mean())
    laid_out = {"i_diff": i_diffs, "auc": aucs, "cohens_d": ds}
    laid_out |= {"mean_rank": ranks, "margin_mean": margins}
    for name, values in laid_out.items():
        np.testing.assert_allclose(found[name], np.quantile(values, [0.025, 0.975]), atol=1e-9)


def test_wilsons_interval_has_a_width_where_everybody_or_nobody_is_identified():
    # Of 13 hits of 13, and of none of 14, rounding leaves Wilson's ends just inside.
    score = scored(np.random.default_rng(1), n=13, likeness=5.0)
    assert score.hits.mean() == 1
    low, high = identification_intervals(score, 50)["accuracy"]
    assert low == pytest.approx(13 / (13 + 1.959964**2))
    assert high == 1
    test, retest = cohort(np.random.default_rng(1), n=14, likeness=5.0)
    nobody = fingerprint(test, np.roll(retest, 1, axis=0), permutations=0)
    low, high = identification_intervals(nobody, 50)["accuracy"]
    assert low == nobody.hits.mean() == 0
    assert high == pytest.approx(1.959964**2 / (14 + 1.959964**2))


def test_few_subjects_or_none_that_differ_have_no_bootstrap():
    found = identification_intervals(scored(np.random.default_rng(2), n=4), 50)
    assert np.isfinite(found["accuracy"]).all()
    for name in ("mean_rank", "margin_mean", "i_diff", "auc", "cohens_d"):
        assert np.isnan(found[name]).all(), name
    assert np.isfinite(
        identification_intervals(scored(np.random.default_rng(2), n=5), 50)["margin_mean"]
    ).all()
    # Every subject is as like itself as it is unlike the others: there's no spread to divide by.
    alike = np.eye(6)[:, :, None] * np.ones((6, 6, 6))
    score = fingerprint(alike, alike, permutations=0)
    assert np.isnan(identification_intervals(score, 50)["cohens_d"]).all()


def test_each_direction_has_wilsons_interval_of_its_own_hits():
    score = scored(np.random.default_rng(4), n=20)
    found = identification_intervals(score, 50)
    directions = [score.similarity_matrix, score.similarity_matrix.T]
    hits = [int((each.argmax(axis=1) == np.arange(20)).sum()) for each in directions]
    assert hits[0] != hits[1]
    names = ("accuracy_test_to_retest", "accuracy_retest_to_test", "accuracy_strict")
    for name, count in zip(names, [*hits, int((score.margin > 0).sum())], strict=True):
        theirs = binomtest(count, 20).proportion_ci(0.95, method="wilson")
        np.testing.assert_allclose(found[name], [theirs.low, theirs.high], atol=1e-9)


def test_intervals_hold_what_is_expected():
    # Nominally in 95 %; a bootstrap over few subjects holds it less often.
    rng = np.random.default_rng(2)
    scores = [scored(rng, n=25, normalise="none") for _ in range(150)]
    found = [identification_intervals(each, 300) for each in scores]
    for name, least in {
        "accuracy": 0.92,
        "accuracy_test_to_retest": 0.92,
        "accuracy_retest_to_test": 0.92,
        "accuracy_strict": 0.92,
        "i_diff": 0.88,
        "cohens_d": 0.88,
        "auc": 0.88,
        "mean_rank": 0.84,
        "margin_mean": 0.84,
    }.items():
        values = np.array([value_of(name, each) for each in scores])
        low, high = np.array([each[name] for each in found]).T
        held = (low <= values.mean()) & (values.mean() <= high)
        assert held.mean() >= least, name
        # An interval of everything would hold it, too.
        assert (high - low).mean() < 6 * values.std(), name


def test_pools_are_never_compared():
    pools = np.repeat([0, 1], 6)
    score = scored(np.random.default_rng(3), pools=pools)
    found = identification_intervals(score, 100)
    assert all(np.isfinite(ends).all() and ends[0] <= ends[1] for ends in found.values())


def test_one_resample_is_none():
    with pytest.raises(ParameterError, match="resamples must be at least 2; got 1"):
        identification_intervals(scored(np.random.default_rng(5)), 1)
