import copy
import json
import pickle
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnconn_core.connectivity import (
    METHODS,
    Granger,
    GrangerLogRatio,
    GrangerOwnPastFree,
    Method,
    Pearson,
)
from attnconn_core.errors import ParameterError

LOG_RATIO = METHODS["granger_log_ratio"]


@dataclass(frozen=True)
class Banded:
    """Coherence over a band
    of frequencies.

    More of it.
    """

    band: tuple[float, float] = (0.01, 0.1)
    scale: object = None

    method: ClassVar[str] = "banded"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = False

    def estimate(self, series): ...


BANDED = Method("banded", "Banded", "other", Banded, settable=("band",))


def test_traits_are_the_estimators():
    assert (LOG_RATIO.directed, LOG_RATIO.signed) == (True, False)
    assert LOG_RATIO.module == "attnconn_core.connectivity.granger_log_ratio"
    assert BANDED.description == "Coherence over a band of frequencies"
    assert METHODS["pearson"].description.endswith("symmetric, 1 on the diagonal")


def test_defaults_are_the_values_in_force():
    assert dict(LOG_RATIO.defaults) == {"lags": 1}
    assert dict(LOG_RATIO.with_parameters(lags=3).defaults) == {"lags": 3}
    assert dict(METHODS["granger"].defaults) == {"lags": None, "alpha": None}
    assert dict(METHODS["pearson"].defaults) == {}
    # What belongs to the method can't be set.
    assert "judged_on" not in METHODS["granger_own_past_free_validated"].defaults


def test_what_is_set_reaches_the_estimator():
    assert LOG_RATIO.with_parameters(lags=3).make() == GrangerLogRatio(3)
    assert LOG_RATIO.make() == GrangerLogRatio()
    unseen = METHODS["granger_own_past_free_validated"].with_parameters(lags=2)
    assert unseen.make() == GrangerOwnPastFree(lags=2, judged_on="validation")
    granger = METHODS["granger"].with_parameters(lags=2, alpha=3)
    assert granger.make(test_fraction=None) == Granger(2, 3.0, None, units="deviations")
    # A study's value isn't replaced by what the cohort would choose.
    with pytest.raises(TypeError, match="multiple values"):
        granger.make(lags=4)


def test_what_is_set_is_added_to_what_was_set():
    free = METHODS["granger_own_past_free"]
    assert free.with_parameters(lags=2).with_parameters(alpha=1.0) == free.with_parameters(
        alpha=1, lags=2
    )
    # Defaults make no other method, and no other settings.
    assert free.with_parameters(lags=2).with_parameters(lags=1) == free
    assert free.with_parameters() == free


def test_lists_may_be_given_for_tuples():
    assert BANDED.with_parameters(band=[0.02, 1]).make() == Banded((0.02, 1.0))


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("pearson", {"lags": 1}, "no parameter 'lags' to set; it has: none"),
        ("granger_log_ratio", {"lag": 1}, "no parameter 'lag' to set; it has: lags"),
        ("granger", {"test_fraction": 0.1}, "no parameter 'test_fraction' .*: lags, alpha"),
        ("likelihood_ratio_skew", {"measure": "tanh"}, "no parameter 'measure' to set"),
        ("granger_own_past_free_validated", {"judged_on": "training"}, "no parameter"),
        ("attention_subject", {"rescale": True}, "no parameter 'rescale' to set"),
        ("granger_log_ratio", {"lags": "three"}, "lags must be of type int; got 'three'"),
        ("granger_log_ratio", {"lags": "3"}, "lags must be of type int; got '3'"),
        ("granger_log_ratio", {"lags": 2.5}, "lags must be of type int; got 2.5"),
        ("granger_log_ratio", {"lags": True}, "lags must be of type int; got True"),
        ("granger_log_ratio", {"lags": object}, "lags must be of type int; got <class 'object'>"),
        ("granger_own_past_free", {"alpha": "1e3"}, r"alpha must be of type float \| None; got"),
        ("granger", {"alpha": None}, "alpha must be of type float; got None"),
        ("granger", {"alpha": float("nan")}, "alpha must be finite; got nan"),
        ("granger", {"alpha": float("inf")}, "alpha must be finite; got inf"),
        ("granger_log_ratio", {"lags": 0}, "lags must be at least 1 frame; got 0"),
        ("graphical_lasso", {"alpha": -0.5}, "alpha must be a number above 0; got -0.5"),
        ("granger_own_past_free", {"judged_on": "x"}, "must be one of training, validation"),
        ("granger", {"lags": 0, "alpha": 1.0}, "lags must be at least 1 frame; got 0"),
    ],
)
def test_what_cannot_be_set_is_refused_by_the_methods_name(name, values, complaint):
    with pytest.raises(ParameterError, match=rf"^method {name}\b.*{complaint}"):
        METHODS[name].with_parameters(**values)


def test_a_type_that_no_file_can_hold_is_refused_too():
    anything = Method("odd", "Odd", "other", Banded, settable=("scale",))
    assert anything.with_parameters(scale=[1]).parameters == {"scale": [1]}
    with pytest.raises(ParameterError, match="method odd: scale must be of type"):
        anything.with_parameters(scale={1, 2})


SETTABLE = [(name, each) for name, method in METHODS.items() for each in method.defaults]
VALUES = st.one_of(
    *(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(), st.text(max_size=3)),
    st.lists(st.integers(), max_size=2),
)


@given(st.sampled_from(SETTABLE), VALUES)
def test_a_value_is_in_force_or_refused_by_name(where, value):
    name, parameter = where
    try:
        method, refused = METHODS[name].with_parameters(**{parameter: value}), ""
    except ParameterError as error:
        method, refused = None, str(error)
    if method is None:
        assert refused.startswith(f"method {name}: {parameter} must ")
    else:
        assert method.defaults[parameter] == value
        assert method.name == name
        json.dumps(method.settings())
        if method.needs == "series":
            method.make()


def test_a_configuration_makes_a_method_of_its_own():
    group = METHODS["attention_group"]
    wide = group.of("dropout_0_9")
    assert (wide.name, wide.label) == (
        "attention_group_dropout_0_9", "Attention (group, dropout 0 9)",
    )  # fmt: skip
    assert (wide.base, wide.configuration) == ("attention_group", "dropout_0_9")
    assert (wide.estimator, wide.family, wide.needs) == (
        group.estimator, group.family, group.needs,
    )  # fmt: skip
    labels = [METHODS[f"{each}_group"].of("base").label for each in ("ablation", "sensitivity")]
    assert labels == ["Ablation (group, base)", "Sensitivity (group, base)"]
    windows = METHODS["ablation_group"].with_parameters(max_windows=9).of("base")
    assert windows.parameters == {"max_windows": 9}


@pytest.mark.parametrize(
    "method", [METHODS["granger"], METHODS["attention_subject"], METHODS["ablation_group"].of("a")]
)
def test_only_what_reads_a_cohort_model_has_configurations(method):
    with pytest.raises(ParameterError, match=f"cohort model has configurations; got {method.name}"):
        method.of("base")


def test_a_matrix_is_given_the_methods_name(scan):
    estimated = Pearson().estimate(scan)
    renamed = METHODS["likelihood_ratio_skew"].named(estimated)
    assert renamed.method == "likelihood_ratio_skew"
    assert renamed.values is estimated.values
    assert estimated.method == "pearson"


def test_settings_are_what_determines_the_numbers():
    assert LOG_RATIO.settings() == {
        "estimator": "GrangerLogRatio", "parameters": {}, "configuration": None,
    }  # fmt: skip
    assert LOG_RATIO.with_parameters(lags=2).settings()["parameters"] == {"lags": 2}
    skew, tanh = (METHODS[f"likelihood_ratio{each}"].settings() for each in ("_skew", ""))
    assert skew["estimator"] == tanh["estimator"]
    assert skew["parameters"] == {"measure": "skew"} != tanh["parameters"]
    base, wide = (METHODS["attention_group"].of(each).settings() for each in ("base", "wide"))
    assert base != wide
    assert BANDED.with_parameters(band=[1, 2]).settings()["parameters"] == {"band": [1.0, 2.0]}
    for method in METHODS.values():
        json.dumps(method.settings())


@pytest.mark.parametrize("method", [*METHODS.values(), LOG_RATIO.with_parameters(lags=3)])
def test_a_method_is_a_value(method):
    for same in (pickle.loads(pickle.dumps(method)), copy.deepcopy(method)):  # noqa: S301
        assert same == method
        assert hash(same) == hash(method)
    assert LOG_RATIO.with_parameters(lags=2) != LOG_RATIO


def test_what_was_given_can_change_without_the_method():
    given_to = {"lags": 2}
    method = Method("odd", "Odd", "granger", GrangerLogRatio, parameters=given_to)
    given_to["lags"] = 7
    assert method.parameters == {"lags": 2}


def test_an_estimator_that_returns_anything_but_connectivity_is_named():
    banded = Method("banded", "Banded", "coherence", Banded)
    with pytest.raises(
        ParameterError,
        match=r"must return a Connectivity; got NoneType \(method banded, class .*Banded\)",
    ):
        banded.named(banded.make().estimate(None))
