"""Code versions: they change with what an asset's code does, and with nothing else."""

import ast

import pytest

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.storage import recipe as lineage
from attnconn_assets.storage.recipe import Recipe, code_version, reached_modules

PEARSON = "attnconn_core.connectivity.pearson"
GRANGER = "attnconn_core.connectivity.granger"


def test_an_estimator_reaches_what_it_imports_and_not_its_neighbours():
    reached = reached_modules(PEARSON)
    assert "attnconn_core.timeseries.soundness" in reached
    assert "attnconn_core.records" in reached
    assert GRANGER not in reached
    assert "attnconn_core.forecasting.network" not in reached


def test_names_are_followed_through_a_package_to_the_module_that_defines_them():
    assert "attnconn_core.timeseries.splits" in reached_modules(GRANGER)
    assert "attnconn_core.timeseries.simulation" not in reached_modules(GRANGER)


def forget() -> None:
    for cached in (lineage.reached_modules, lineage._syntax, lineage.code_version):
        cached.cache_clear()


def edited(monkeypatch, module: str, change) -> None:
    """Let one module's source be another for as long as the test runs."""
    original = lineage._tree.__wrapped__

    def tree(name: str) -> ast.Module:
        source = lineage._source(name).read_text()
        return ast.parse(change(source)) if name == module else original(name)

    monkeypatch.setattr(lineage, "_tree", tree)
    forget()


def test_editing_one_estimator_changes_its_version_and_not_another_s(monkeypatch):
    before = code_version(PEARSON), code_version(GRANGER)
    edited(monkeypatch, PEARSON, lambda source: source + "\nEXTRA = 1\n")
    after = code_version(PEARSON), code_version(GRANGER)
    forget()
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_comments_and_docstrings_change_nothing(monkeypatch):
    before = code_version(PEARSON)
    edited(
        monkeypatch,
        PEARSON,
        lambda source: "# another comment\n" + source.replace('"""', '"""Other words. ', 1),
    )
    after = code_version(PEARSON)
    forget()
    assert after == before


def test_a_setting_changes_a_recipe_and_its_order_doesn_t():
    one = Recipe("granger", (GRANGER,), {"alpha": 1.0, "lags": 2})
    assert one.digest == Recipe("granger", (GRANGER,), {"lags": 2, "alpha": 1.0}).digest
    assert one.digest != Recipe("granger", (GRANGER,), {"lags": 2, "alpha": 2.0}).digest


ATTENTION = {"attention_group_base", "attention_subject", "attention_finetuned"}
SHRUNK = {"shrinkage_partial", "oriented_partial", "tangent", "tangent_reference"}
PARTIALS = {"partial", "graphical_lasso", *SHRUNK}
RATIOS = {"likelihood_ratio", "likelihood_ratio_skew"}
FORECASTERS = {"group_forecaster", "subject_forecaster", "finetuned_forecaster"}


@pytest.fixture
def every(tiny_study):
    """A study that asks for every method there is."""
    return tiny_study.model_copy(update={"methods": tiny_study.every_method})


@pytest.mark.parametrize(
    ("module", "stale"),
    [
        ("connectivity.centring", {*PARTIALS, "pearson", "patel_tau", *RATIOS}),
        ("connectivity.pearson", {"pearson"}),
        ("connectivity.partial", PARTIALS),
        ("connectivity.shrinkage_partial", SHRUNK),
        ("connectivity.graphical_lasso", {"graphical_lasso"}),
        ("connectivity.tangent", {"tangent", "tangent_reference"}),
        ("connectivity.lagged_correlation", {"lagged_correlation"}),
        ("connectivity.granger_log_ratio", {"granger_log_ratio"}),
        ("connectivity.granger_own_past_free",
         {"granger_own_past_free", "granger_own_past_free_validated"}),
        ("connectivity.transfer_entropy", {"transfer_entropy"}),
        ("connectivity.patel", {"patel_tau", "oriented_partial"}),
        ("connectivity.likelihood_ratio", RATIOS),
        ("connectivity.oriented_partial", {"oriented_partial"}),
        ("connectivity.ablation", {"ablation_group_base"}),
        ("connectivity.sensitivity", {"sensitivity_group_base"}),
        ("connectivity.granger", {"granger", "granger_order"}),
        ("connectivity.granger_order", {"granger_order"}),
        ("connectivity.attention", ATTENTION),
        ("connectivity.average", {"group_mean"}),
        ("forecasting.trainer", {*FORECASTERS, "champion", "attention_subject",
                                 "attention_finetuned"}),
        ("forecasting.cross_fitting", {"group_forecaster"}),
        ("scoring.fingerprint", {"fingerprint", "report"}),
        ("scoring.kernel_folds", {"behaviour"}),
        ("scoring.kernel_ridge", {"behaviour"}),
        ("timeseries.quality", {"quality"}),
        ("figures.album", {"report"}),
        ("sources.simulated", {"time_series", "quality", "phenotypes"}),
        ("sources.phenotypes", {"phenotypes"}),
        ("sources.hcp", set()),
    ],
)  # fmt: skip
def test_an_edit_stales_what_reaches_it_and_nothing_else(monkeypatch, every, module, stale):
    def digests() -> dict[str, str]:
        return {spec.name: spec.recipe.digest for spec in specs(every)}

    before = digests()
    edited(monkeypatch, f"attnconn_core.{module}", lambda source: source + "\nEXTRA = 1\n")
    after = digests()
    forget()
    assert {name for name in before if before[name] != after[name]} == stale
