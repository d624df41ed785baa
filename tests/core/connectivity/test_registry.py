import numpy as np
import pytest

from attnconn_core.connectivity import (
    ESTIMATORS,
    METHODS,
    READY,
    TRAINED,
    Granger,
    GrangerOwnPastFree,
    LikelihoodRatio,
    Tangent,
    configured,
    estimators,
    methods,
)
from attnconn_core.plugins import Registry

PARTIALS = ("partial", "shrinkage_partial", "graphical_lasso")
PRESETS = {
    "granger_own_past_free_validated",
    "likelihood_ratio_skew",
    "likelihood_ratio_entropy",
    "likelihood_ratio_entropy_rest",
    "likelihood_ratio_innovations",
    "granger",  # whose penalty has no units here
}
OF_GROUPS = ("attention_group", "ablation_group", "sensitivity_group", "attention_norm_group")
READ_OUTS = ("attention", "ablation", "sensitivity", "attention_norm")


def test_the_registry_is_complete_and_in_order():
    known = (
        *("pearson", *PARTIALS, "tangent"),
        *("granger", "granger_own_past_free", "granger_own_past_free_validated"),
        *("granger_log_ratio", "lagged_correlation", "transfer_entropy"),
        *("patel_tau", "likelihood_ratio", "likelihood_ratio_skew", "oriented_partial"),
        *OF_GROUPS,
        *("attention_finetuned", "attention_subject", "attention_published"),
    )
    # One that is added stands anywhere among them.
    assert tuple(name for name in METHODS if name in known) == known
    assert all(METHODS[name].name == name for name in METHODS)
    assert isinstance(METHODS, Registry)
    assert {name: methods()[name] for name in METHODS} == dict(METHODS)


def test_every_estimator_is_listed_once_under_its_own_name():
    known = (
        *("pearson", *PARTIALS, "tangent", "granger", "granger_own_past_free"),
        *("granger_log_ratio", "lagged_correlation", "transfer_entropy"),
        *("patel_tau", "likelihood_ratio", "oriented_partial"),
        *("attention", "ablation", "sensitivity"),
    )
    assert tuple(name for name in ESTIMATORS if name in known) == known
    assert all(ESTIMATORS[name].method == name for name in ESTIMATORS)
    assert isinstance(ESTIMATORS, Registry)
    assert estimators().items() >= ESTIMATORS.items()


def test_every_label_is_another():
    assert len({method.label for method in METHODS.values()}) == len(METHODS)


def test_every_method_says_its_traits():
    symmetric = {name for name, method in METHODS.items() if not method.directed}
    signed = {name for name, method in METHODS.items() if method.signed}
    # Of those that need a series alone, the matrices are looked at below.
    assert {"pearson", "tangent", *PARTIALS} <= symmetric
    assert {*PARTIALS, "pearson", "tangent", "lagged_correlation"} <= signed
    assert not {"granger", *OF_GROUPS} & (symmetric | signed)


def test_every_method_says_what_it_needs():
    needs = {name: method.needs for name, method in METHODS.items()}
    assert {name for name in needs if needs[name] == "cohort"} == {
        *("granger", "tangent", "directed_cohort"),
    }
    assert {name for name in needs if needs[name] == "cohort model"} == set(OF_GROUPS)
    assert {name for name in needs if needs[name] == "session model"} == {
        "attention_published", *(f"{name}_subject" for name in READ_OUTS),
    }  # fmt: skip
    assert {name for name in needs if needs[name] == "fine-tuned model"} == {
        f"{name}_finetuned" for name in READ_OUTS
    }
    trained = {name for name in needs if needs[name] in TRAINED}
    assert {f"{name}_group" for name in READ_OUTS} < trained
    assert not {"granger", "pearson"} & trained
    assert tuple(name for name in needs if needs[name] == "series") == READY
    assert [name for name in METHODS if not METHODS[name].studied] == ["attention_published"]


@pytest.mark.parametrize("name", METHODS)
def test_a_method_makes_matrices_or_lacks_what_it_needs(name, scan):
    method = METHODS[name]
    if name == "directed_cohort":  # it needs nobody, but is `directed` then
        alone = method.make().estimate(scan).values
        assert np.array_equal(alone, METHODS["directed"].make().estimate(scan).values)
        return
    if method.needs != "series":
        with pytest.raises(TypeError, match=r"missing .*required"):
            method.make()
        return
    estimated = method.named(method.make().estimate(scan))
    assert estimated.method == name
    assert np.isfinite(estimated.values).all()


def test_traits_hold_for_the_matrices(scan):
    ready = [(METHODS[name], METHODS[name].make()) for name in READY]
    set_up = [
        (METHODS["granger"], METHODS["granger"].make(lags=2, alpha=10.0)),
        (METHODS["tangent"], METHODS["tangent"].make(reference=np.eye(scan.n_regions))),
    ]
    assert set_up[0][1] == Granger(2, 10.0, units="deviations")
    assert isinstance(set_up[1][1], Tangent)
    for method, estimator in (*ready, *set_up):
        estimated = estimator.estimate(scan)
        differs = abs(estimated.values - estimated.values.T).max() > 1e-9
        assert estimated.directed == method.directed, (
            f"{method.name}: Connectivity.directed must be the trait of the class, "
            f"{method.directed}; got {estimated.directed}"
        )
        assert differs == method.directed, (
            f"{method.name}: [target, source] and [source, target] must differ in a matrix of a "
            f"directed method, and only there; directed is {method.directed}"
        )
        assert (estimated.values.min() < 0) == method.signed, (
            f"{method.name}: negative values must occur in a matrix of a signed method, and only "
            f"there; signed is {method.signed}, the lowest value {estimated.values.min():.3g}"
        )


def test_presets_are_methods_of_their_own(scan):
    skew, unseen = (
        METHODS[name].named(METHODS[name].make().estimate(scan))
        for name in ("likelihood_ratio_skew", "granger_own_past_free_validated")
    )
    assert np.array_equal(skew.values, LikelihoodRatio("skew").estimate(scan).values)
    judged = GrangerOwnPastFree(judged_on="validation").estimate(scan)
    assert np.array_equal(unseen.values, judged.values)
    assert not np.allclose(unseen.values, GrangerOwnPastFree().estimate(scan).values)
    assert (skew.method, unseen.method) == (
        "likelihood_ratio_skew", "granger_own_past_free_validated",
    )  # fmt: skip
    assert {name for name, method in METHODS.items() if method.parameters} == PRESETS


def test_every_cohort_model_method_is_read_once_per_configuration():
    every = configured(["base", "wide"])
    with_models = [name for name in every if every[name].needs.endswith("model")]
    assert with_models == [
        *("attention_group_base", "attention_group_wide"),
        *("ablation_group_base", "ablation_group_wide"),
        *("sensitivity_group_base", "sensitivity_group_wide"),
        *("attention_norm_group_base", "attention_norm_group_wide"),
        *("attention_finetuned", "attention_subject", "attention_published"),
        *(f"{name}_finetuned" for name in READ_OUTS[1:]),
        *(f"{name}_subject" for name in READ_OUTS[1:]),
    ]
    assert all(every[name] == METHODS[name] for name in set(METHODS) - set(OF_GROUPS))
    assert not set(OF_GROUPS) & set(configured([]))
