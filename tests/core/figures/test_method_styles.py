"""A method looks the same everywhere, and methods look different."""

from collections.abc import Iterator

import pytest

from attnconn_core.connectivity import METHODS as REGISTERED
from attnconn_core.connectivity import Method, Pearson, configured, methods
from attnconn_core.figures.method_styles import _FAMILIES, Look, Styles, default_styles

METHODS = (
    "pearson",
    "partial",
    "granger",
    "attention_group_base",
    "attention_finetuned",
    "attention_subject",
    "ar",
    "ridge_var",
    "ridge_var_own_past",
)
OKABE_ITO = {
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
}  # fmt: skip
STYLES = Styles(configured(["base", "dropout_0_9"]).values())

# Published figures show these: a method keeps its look.
PUBLISHED = {
    "pearson": ("Pearson", "#56B4E9", "o"),
    "tangent": ("Tangent", "#56B4E9", "s"),
    "partial": ("Partial correlation", "#0072B2", "s"),
    "shrinkage_partial": ("Partial (Ledoit–Wolf)", "#0072B2", "D"),
    "graphical_lasso": ("Partial (graphical lasso)", "#0072B2", "v"),
    "granger": ("Granger (ridge)", "#009E73", "^"),
    "granger_own_past_free": ("Granger (own past free)", "#009E73", "v"),
    "granger_own_past_free_validated": ("Granger (own past free, unseen)", "#009E73", "<"),
    "granger_log_ratio": ("Granger (log-ratio)", "#009E73", "s"),
    "lagged_correlation": ("Lagged correlation", "#009E73", "o"),
    "transfer_entropy": ("Transfer entropy", "#009E73", "D"),
    "patel_tau": ("Patel's tau", "#000000", "o"),
    "likelihood_ratio": ("Likelihood ratio (tanh)", "#000000", "s"),
    "likelihood_ratio_skew": ("Likelihood ratio (skew)", "#000000", "v"),
    "oriented_partial": ("Partial × (1 + tau)", "#000000", "D"),
    "attention_group_base": ("Attention (group, base)", "#E69F00", "D"),
    "attention_finetuned": ("Attention (fine-tuned)", "#CC79A7", "p"),
    "attention_subject": ("Attention (subject)", "#D55E00", "v"),
    "attention_published": ("Attention (original study)", "#D55E00", "*"),
    "ablation_group_base": ("Ablation (group, base)", "#CC79A7", "D"),
    "ablation_finetuned": ("Ablation (fine-tuned)", "#CC79A7", "s"),
    "ablation_subject": ("Ablation (subject)", "#CC79A7", "^"),
    "sensitivity_group_base": ("Sensitivity (group, base)", "#D55E00", "D"),
    "sensitivity_finetuned": ("Sensitivity (fine-tuned)", "#D55E00", "s"),
    "sensitivity_subject": ("Sensitivity (subject)", "#D55E00", "^"),
    "attention_norm_group_base": ("Attention × norm (group, base)", "#7F3C0C", "D"),
    "attention_norm_finetuned": ("Attention × norm (fine-tuned)", "#7F3C0C", "s"),
    "attention_norm_subject": ("Attention × norm (subject)", "#7F3C0C", "^"),
}


@pytest.fixture
def afresh() -> Iterator[None]:
    """Look for installed packages again, now and after the test."""
    methods.cache_clear()
    yield
    methods.cache_clear()


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("pearson", "Pearson"),
        ("attention_subject", "Attention (subject)"),
        ("attention_group_dropout_0_9", "Attention (group, dropout 0 9)"),
        ("attention_group_", "attention group"),
        ("my_method", "my method"),
        ("_", "(no name)"),
        ("ar", "AR (own past)"),
    ],
)
def test_every_method_has_a_name_for_readers(method: str, name: str) -> None:
    assert STYLES.unmarked(method) == name


@pytest.mark.parametrize("method", PUBLISHED)
def test_a_method_keeps_its_label_and_its_look(method: str) -> None:
    look = STYLES.look(method)
    assert (STYLES.unmarked(method), look.colour, look.marker) == PUBLISHED[method]
    # Of one colour with Granger's family: what is lagged is dashed.
    line = "--" if STYLES.family(method) == "lagged" else "-"
    assert look == Look(look.colour, look.marker, line, 38.0)


def test_the_order_is_the_registrys_family_by_family() -> None:
    assert STYLES.sort(reversed(PUBLISHED)) == tuple(PUBLISHED)
    families = [each.family for each in REGISTERED.values()]
    by_family = sorted(REGISTERED, key=lambda name: families.index(REGISTERED[name].family))
    assert default_styles().sort(reversed(REGISTERED)) == tuple(by_family)


def test_methods_are_sorted_by_family_whatever_their_order() -> None:
    expected = (*METHODS, "zebra")
    assert STYLES.sort(reversed(expected)) == expected


def test_configurations_are_sorted_by_name_where_their_method_stands() -> None:
    names = ("pearson", *(f"attention_group_{each}" for each in "abc"), "ablation_group_a", "ar")
    assert Styles(configured("cab").values()).sort(reversed(names)) == names


def test_a_look_depends_on_the_name_alone() -> None:
    together = STYLES.looks(METHODS)
    assert tuple(together) == METHODS
    assert all(STYLES.looks([method])[method] == together[method] for method in METHODS)
    # A study that has only some methods draws them as one that has all.
    some = Styles([REGISTERED["shrinkage_partial"].with_parameters()])
    assert some.look("shrinkage_partial") == STYLES.look("shrinkage_partial")


def test_methods_of_one_figure_differ_in_colour() -> None:
    connectivity = STYLES.looks(METHODS[:6])
    assert len({look.colour for look in connectivity.values()}) == 6
    assert {look.colour for look in connectivity.values()} <= OKABE_ITO
    assert len({look.colour for look in STYLES.looks(METHODS).values()}) == 9


def test_no_two_registered_methods_look_the_same_but_configurations() -> None:
    looks = [default_styles().look(name) for name in REGISTERED]
    shared = {look for look in looks if looks.count(look) > 1}
    assert not shared


def test_group_configurations_share_their_colour_and_differ_in_marker() -> None:
    styles = Styles(configured("dcba").values())
    looks = styles.looks([f"attention_group_{name}" for name in "abcd"])
    assert len({look.colour for look in looks.values()}) == 1
    assert [(look.marker, look.line) for look in looks.values()] == [
        ("D", "-"), ("d", "--"), ("<", "-."), (">", ":"),
    ]  # fmt: skip
    of_ablation = styles.looks([f"ablation_group_{name}" for name in "abcd"])
    assert [look.marker for look in of_ablation.values()] == ["D", "d", "<", ">"]


def test_more_configurations_than_markers_begin_again() -> None:
    looks = Styles(configured("abcdefgh").values()).looks(
        f"attention_group_{name}" for name in "abcdefgh"
    )
    assert looks["attention_group_g"] == looks["attention_group_a"]
    assert len(set(looks.values())) == 6


def test_a_method_given_twice_looks_as_if_given_once() -> None:
    assert STYLES.looks(["attention_group_base"] * 2) == STYLES.looks(["attention_group_base"])


def test_a_method_that_must_not_be_interpreted_says_so_in_its_label() -> None:
    styles = Styles(warned=["granger", "zebra"])
    assert styles.label("granger") == "Granger (ridge) ⚠"
    assert styles.label("zebra") == "zebra ⚠"
    assert styles.label("pearson") == "Pearson"
    assert styles.look("granger") == STYLES.look("granger")
    assert styles.explanation(["pearson", "zebra"]) == "; ⚠: matrices that must not be interpreted"


@pytest.mark.parametrize(
    ("method", "label"),
    [
        ("attention_group_base", "Attention (group, base) †"),
        ("attention_finetuned", "Attention (fine-tuned) † ⚠"),
        ("attention_subject", "Attention (subject)"),
        ("directed_cohort", "Directed (with the cohort) †"),
        ("tangent", "Tangent †"),
        ("hierarchical_var", "Hierarchical VAR †"),
        ("ridge_var", "Ridge VAR"),
    ],
)
def test_what_rests_on_other_subjects_says_so_in_its_label(method: str, label: str) -> None:
    styles = Styles(configured(["base"]).values(), warned=["attention_finetuned"])
    assert styles.label(method) == label
    assert ("cohort-informed" in styles.explanation([method, "pearson"])) == ("†" in label)


def test_a_name_that_is_not_known_is_grey_and_last() -> None:
    assert STYLES.look("zebra") == Look("#666666", ".", ":")
    # Nothing is read from a name: without the configuration, its methods aren't known.
    assert default_styles().look("attention_group_base") == Look("#666666", ".", ":")
    assert default_styles().label("attention_group_base") == "attention group base"
    assert default_styles().sort(["zebra", "ant", "ar"]) == ("ar", "ant", "zebra")


def test_another_packages_method_is_named_and_follows_ours(install, afresh) -> None:
    code = """
class Odd:
    method, directed, signed = "odd", True, False
    label, family = "Odd one", "lagged"
    def estimate(self, series): ...
"""
    install("strange-package", "attnconn.estimators", {"odd": "strange:Odd"}, code)
    styles = Styles()
    assert styles.label("odd") == "Odd one"
    ours = [name for name, method in REGISTERED.items() if method.family == "lagged"]
    assert styles.look("odd") not in [styles.look(name) for name in ours]
    assert styles.look("odd").colour == styles.look("lagged_correlation").colour
    assert styles.sort(["zebra", "ar", "odd", "pearson"]) == ("pearson", "odd", "ar", "zebra")


def test_a_family_without_a_colour_is_grey() -> None:
    odd = Method("odd", "Odd", "other", Pearson)
    assert Styles([odd]).look("odd") == Look("#666666", ".", ":")
    assert Styles([odd]).label("odd") == "Odd"


def test_methods_are_sorted_by_family_and_baselines_are_one() -> None:
    ordered = STYLES.sort(["ar", "unheard_of", "partial", "tangent", "pearson", "granger"])
    assert ordered == ("pearson", "tangent", "partial", "granger", "ar", "unheard_of")
    families = [STYLES.family(name) for name in ordered]
    assert families == [
        *("correlation", "correlation", "partial correlation", "granger"),
        *("linear forecast", "other"),
    ]
    assert STYLES.family("attention_group_base") == "attention"


def test_no_method_of_ours_is_of_a_family_without_colours():
    lacking = {method.family for method in REGISTERED.values()} - set(_FAMILIES)
    assert not lacking, f"_FAMILIES needs a line for {lacking}, or the methods are grey"
