import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import Confounds, Cpm, CrossValidation, KernelRidge, LeastSquares
from attnconn_core.scoring.behaviour import jackknife
from attnconn_core.scoring.behaviour.jackknife import jackknifed_variance
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel
from attnconn_core.scoring.behaviour.model import KeptSubjects
from attnconn_core.scoring.behaviour.repeated_prediction import predict_repeatedly

FIVE = CrossValidation(folds=5, seed=0)


def cohort(seed, n, edges=1, targets=1, groups=None, confounds=None):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, edges))
    values = features[:, :1] + rng.normal(size=(n, targets))
    return KeptSubjects(features, values, confounds, groups, edge_kernel(features))


def plain(whole):
    """Without its kernel, as every model but kernel ridge has it."""
    return KeptSubjects(whole.features, whole.targets, whole.confounds, whole.groups)


def test_a_line_through_one_feature_has_the_variances_of_a_correlation():
    # Its r is hardly other than Pearson's, whose variance on Fisher's scale is 1 / (n − 3). Its R²
    # is hardly other than r², here .5, whose variance is 4 r² (1 − r²)² / n.
    found = [
        jackknifed_variance(plain(cohort(seed, 60)), LeastSquares(), FIVE) for seed in range(25)
    ]
    assert np.mean([variance.r for variance in found]) == pytest.approx(1 / 57, rel=0.25)
    of_r2 = np.mean([variance.r2 for variance in found])
    assert of_r2 == pytest.approx(4 * 0.5 * 0.5**2 / 60, rel=0.3)


def test_what_folds_alone_change_does_not_count():
    # Noise: r is all folds'. Draws differ by their folds as repeats of one draw do.
    z = np.random.default_rng(0).normal(size=(5000, 2, 1))
    assert jackknife._between(z) < 0.02
    shifted = z + np.random.default_rng(1).normal(0, 2, size=(5000, 1, 1))
    assert jackknife._between(shifted) == pytest.approx(4, rel=0.1)
    shifted[::2, 0] = np.nan  # a draw without an r says nothing
    assert jackknife._between(shifted) == pytest.approx(4, rel=0.1)
    shifted[1::4] = np.nan  # but where most of them have none, nothing is known
    assert np.isnan(jackknife._between(shifted))
    assert np.isnan(jackknife._between(np.full((4, 2, 1), np.nan)))


def test_a_third_is_left_out_and_families_whole(monkeypatch):
    families, seen = np.repeat(np.arange(12), [1, 2, 3] * 4), []

    def recorded(part, model, plan):
        seen.append(part.groups)
        assert plan.folds == 8  # ten are more than the families that are left
        return predict_repeatedly(part, model, plan)

    monkeypatch.setattr(jackknife, "predict_repeatedly", recorded)
    whole = plain(cohort(1, 24, groups=families))
    assert jackknifed_variance(whole, Cpm(), CrossValidation(10)).r.shape == (1,)
    assert all(len(np.unique(groups)) == 8 for groups in seen)
    size = np.bincount(families)
    assert all((np.bincount(g, minlength=12)[g] == size[g]).all() for g in seen)
    assert len({tuple(np.unique(groups)) for groups in seen}) > 20


def test_subjects_left_are_predicted_as_if_there_were_no_others():
    confounds = Confounds(np.random.default_rng(2).normal(size=(30, 2)), from_features=True)
    whole = cohort(2, 30, edges=4, groups=np.arange(30) // 2, confounds=confounds)
    kept = np.arange(30) >= 10
    alone = KeptSubjects(
        whole.features[kept], whole.targets[kept], Confounds(confounds.values[kept], True),
        np.arange(30)[kept] // 2, edge_kernel(whole.features[kept]),
    )  # fmt: skip
    for model in (KernelRidge(), Cpm()):
        ours, theirs = (
            predict_repeatedly(each if model.reads_kernel else plain(each), model, FIVE)
            for each in (whole.of(kept), alone)
        )
        np.testing.assert_allclose(ours.predictions, theirs.predictions, atol=1e-10)
        np.testing.assert_allclose(ours.truth, theirs.truth)


@pytest.mark.parametrize("n", [2, 5])
def test_too_few_subjects_have_no_variance(n):
    variance = jackknifed_variance(plain(cohort(3, n, targets=2)), Cpm(), FIVE)
    assert np.isnan(variance.r).all()
    assert np.isnan(variance.r2).all()


def test_kernel_ridge_without_its_kernel_is_refused_and_cpm_does_not_read_one():
    whole = cohort(4, 20, edges=4)
    with pytest.raises(ParameterError, match="kernel_ridge needs the cohort's kernel"):
        predict_repeatedly(plain(whole), KernelRidge(), FIVE)
    ours, theirs = (predict_repeatedly(each, Cpm(), FIVE) for each in (whole, plain(whole)))
    np.testing.assert_array_equal(ours.predictions, theirs.predictions)
