import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import fingerprint, reconstructed_identifiability


def scans(rng, n=20, likeness=1.0, noise=1.5):
    own = likeness * rng.normal(size=(n, 10, 10))
    both = [own + noise * rng.normal(size=own.shape) + 2 for _ in range(2)]
    return [each + each.transpose(0, 2, 1) for each in both]


def test_all_components_give_the_scans_back():
    test, retest = scans(np.random.default_rng(0))
    score = reconstructed_identifiability(test, retest)
    assert len(score.curve) == 2 * 20 - 1
    plain = fingerprint(test, retest, normalise="none", permutations=0)
    assert score.curve[-1] == pytest.approx(plain.i_diff)


def test_the_curve_is_scikit_learns_components():
    from sklearn.decomposition import PCA

    test, retest = scans(np.random.default_rng(1), n=8)
    lower = np.tril_indices(10, -1)
    features = np.concatenate([test, retest])[:, *lower]
    model = PCA(5).fit(features.T)  # as published: an observation an edge, a variable a scan
    rebuilt = model.inverse_transform(model.transform(features.T)).T
    similarity = np.corrcoef(rebuilt)[:8, 8:]
    others = similarity[~np.eye(8, dtype=bool)].mean()
    expected = 100 * (similarity.diagonal().mean() - others)
    found = reconstructed_identifiability(test, retest).curve[5 - 2]
    assert found == pytest.approx(expected, abs=1e-8)


def test_reconstruction_helps_where_subjects_are_alike_in_themselves():
    score = reconstructed_identifiability(*scans(np.random.default_rng(2)))
    assert score.i_diff_reconstructed > score.i_diff + 5


def test_what_is_chosen_flatters_and_what_is_reported_does_not():
    # Scans of nobody: every pairing is noise.
    rng = np.random.default_rng(3)
    found = [reconstructed_identifiability(*scans(rng, n=16, likeness=0.0)) for _ in range(60)]
    reported = np.array([each.i_diff_reconstructed for each in found])
    error = reported.std(ddof=1) / np.sqrt(len(reported))
    assert abs(reported.mean()) < 3 * error
    assert np.mean([each.curve.max() for each in found]) > 5 * error


def test_halves_need_subjects():
    with pytest.raises(ParameterError, match="at least 8 subjects; got 7"):
        reconstructed_identifiability(*scans(np.random.default_rng(4), n=7))
