"""The transformer is one of scikit-learn's, and computes what the estimators do."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from attnconn_core.connectivity import Granger, Partial, Pearson, Tangent, geometric_mean
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.scoring import ConnectivityFeatures

NAMES = ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def scans():
    rng = np.random.default_rng(0)
    return np.cumsum(rng.normal(size=(10, 120, 4)), axis=1) + rng.normal(size=(10, 120, 4))


def as_series(scans):
    return [TimeSeries.from_array(each, 1.0, NAMES) for each in scans]


# Those of scikit-learn's checks that fit no table. One more is left out, which gives arguments of
# wrong types: the tests check types at run time.
APPLY = {
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_estimators_unfitted",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_transformers_unfitted",
    "check_valid_tag_types",
}


class OfTables(ConnectivityFeatures):
    """With the tags of a table, without which scikit-learn checks nothing."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


def test_it_passes_scikit_learn_s_own_checks_where_they_apply():
    done = check_estimator(OfTables(), on_fail=None, on_skip=None)
    assert {each["check_name"] for each in done if each["status"] == "passed"} >= APPLY
    assert get_tags(ConnectivityFeatures()).input_tags.three_d_array


@pytest.mark.parametrize("estimator", [Pearson(), Partial(), Granger(lags=1, alpha=5.0)])
@pytest.mark.parametrize("edges", ["off_diagonal", "all"])
def test_rows_are_the_matrices_edges(scans, estimator, edges):
    features = ConnectivityFeatures(estimator, edges=edges)
    rows = features.fit_transform(as_series(scans))
    names = features.get_feature_names_out()
    assert rows.shape == (10, len(names)) == (10, features.n_features_out_)
    for row, series in zip(rows, as_series(scans), strict=True):
        matrix = estimator.estimate(series).to_frame()
        for value, name in zip(row, names, strict=True):
            target, source = name.split(" <- ")
            assert value == matrix.loc[target, source]
    halved = edges == "off_diagonal" and not estimator.directed
    assert len(names) == (16 if edges == "all" else 6 if halved else 12)


def test_the_tangent_point_is_learnt_from_the_training_scans_alone(scans):
    features = ConnectivityFeatures("tangent").fit(scans[:6])
    expected = Tangent(geometric_mean(as_series(scans[:6])))
    last = expected.estimate(as_series(scans[9:])[0]).values
    np.testing.assert_allclose(features.transform(scans[9:])[0], last[np.tril_indices(4, -1)])
    other = ConnectivityFeatures("tangent").fit(scans)
    assert not np.allclose(other.transform(scans[9:]), features.transform(scans[9:]))


def test_it_works_in_pipelines_searches_and_clones(scans):
    labels = np.arange(10) % 2
    pipeline = make_pipeline(ConnectivityFeatures(), RidgeClassifier())
    assert cross_val_predict(pipeline, scans, labels, cv=3).shape == (10,)
    choices = {"connectivityfeatures__estimator": [Pearson(), Partial(), "tangent"]}
    search = GridSearchCV(pipeline, choices, cv=2).fit(scans, labels)
    assert search.best_params_["connectivityfeatures__estimator"] in [
        Pearson(),
        Partial(),
        "tangent",
    ]
    features = ConnectivityFeatures(Granger(lags=2, alpha=1.0), repetition_time=0.7, edges="all")
    copied = clone(features)
    assert copied.get_params() == features.get_params()
    assert np.array_equal(copied.fit_transform(scans), features.fit_transform(scans))


def test_each_scan_is_transformed_alone_and_in_any_order(scans):
    features = ConnectivityFeatures().fit(scans)
    rows = features.transform(scans)
    order = np.random.default_rng(1).permutation(10)
    assert np.array_equal(features.transform(scans[order]), rows[order])
    assert np.array_equal(features.transform(scans[3:4]), rows[3:4])


@pytest.mark.parametrize(
    ("estimator", "changed", "error", "message"),
    [
        ("pearson", lambda x: x, ParameterError, "must have a method estimate.*got 'pearson'"),
        (Pearson, lambda x: x, ParameterError, r"not a class: write Pearson\(\), not Pearson"),
        (None, lambda x: x[:, :, 0], SeriesError, r"must have shape \(time, "),
        (None, lambda x: [x[0], x[1][:, :3]], ParameterError, "2 scans with 2 lists of regions"),
        (None, lambda x: x[:0], ParameterError, "got 0 scans"),
        (None, lambda x: np.full_like(x, np.nan), SeriesError, "NaN"),
    ],
)
def test_bad_input_is_refused(scans, estimator, changed, error, message):
    with pytest.raises(error, match=message):
        ConnectivityFeatures(estimator).fit_transform(changed(scans))


def test_other_regions_than_those_of_fit_are_refused(scans):
    features = ConnectivityFeatures().fit(scans)
    with pytest.raises(ParameterError, match="4 regions that fit saw; got 3"):
        features.transform(scans[:, :, :3])
