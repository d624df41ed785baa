import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import fingerprint, identification_intervals


def cohort(rng, n=12, likeness=0.6, regions=8):
    own = rng.normal(size=(n, regions, regions))
    scans = [likeness * own + rng.normal(size=own.shape) for _ in range(2)]
    return [each + each.transpose(0, 2, 1) for each in scans]


def scored(rng, n=12, likeness=0.6, **options):
    return fingerprint(*cohort(rng, n, likeness), permutations=0, **options)


@pytest.mark.parametrize("comparison", ["test_to_retest", "across_all_sessions"])
def test_weights_are_as_good_as_laying_every_draw_out(comparison):
    score = scored(np.random.default_rng(0), comparison=comparison)
    found = identification_intervals(score, 300, seed=5)
    n, between = 12, score.similarity_matrix
    drawn = np.random.default_rng(5).multinomial(n, np.full(n, 1 / n), size=300)
    blocks = score.cross_scores.reshape(n, -1, n - 1)
    i_diffs, aucs, ranks = [], [], []
    for counts in drawn:
        chosen = np.repeat(np.arange(n), counts)
        pairs = [(i, j) for i in chosen for j in chosen if i != j]
        others = np.mean([between[i, j] for i, j in pairs])
        i_diffs.append(100 * (score.same_scores[chosen].mean() - others))
        cross = [blocks[i, b, j - (j > i)] for i, j in pairs for b in range(blocks.shape[1])]
        labels = np.repeat([True, False], [n, len(cross)])
        aucs.append(roc_auc_score(labels, np.concatenate([score.same_scores[chosen], cross])))
        ranks.append(score.ranks[chosen].mean())
    for name, values in (("i_diff", i_diffs), ("auc", aucs), ("mean_rank", ranks)):
        np.testing.assert_allclose(found[name], np.quantile(values, [0.025, 0.975]), atol=1e-9)


def test_wilsons_interval_has_a_width_where_everybody_is_identified():
    score = scored(np.random.default_rng(1), likeness=5.0)
    assert score.hits.mean() == 1
    low, high = identification_intervals(score, 50)["accuracy"]
    assert low == pytest.approx(12 / (12 + 1.959964**2))
    assert high == 1


def test_the_interval_of_i_diff_holds_what_is_expected():
    # Nominally in 95 %; a bootstrap over few subjects holds it less often.
    rng = np.random.default_rng(2)
    scores = [scored(rng, n=25, normalise="none") for _ in range(150)]
    expected = np.mean([each.i_diff for each in scores])
    held = [
        low <= expected <= high
        for low, high in (identification_intervals(each, 300)["i_diff"] for each in scores)
    ]
    assert np.mean(held) >= 0.88


def test_pools_are_never_compared():
    pools = np.repeat([0, 1], 6)
    score = scored(np.random.default_rng(3), pools=pools)
    found = identification_intervals(score, 100)
    assert all(np.isfinite(ends).all() and ends[0] <= ends[1] for ends in found.values())


def test_one_resample_is_none():
    with pytest.raises(ParameterError, match="resamples must be at least 2; got 1"):
        identification_intervals(scored(np.random.default_rng(5)), 1)
