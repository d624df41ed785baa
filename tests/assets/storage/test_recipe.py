"""Code versions: they change with what an asset's code does, and with nothing else."""

import ast
import dataclasses

from attnconn_assets.storage import recipe
from attnconn_assets.storage.recipe import Recipe, as_json, code_version, reached_modules
from attnconn_assets.study.settings import GrangerSettings
from attnconn_core.connectivity import METHODS
from attnconn_core.scoring import Fingerprint

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
    for cached in (recipe.reached_modules, recipe._syntax, recipe.code_version):
        cached.cache_clear()


def edited(monkeypatch, module: str, change) -> None:
    """Let one module's source be another for as long as the test runs."""
    original = recipe._tree.__wrapped__

    def tree(name: str) -> ast.Module:
        source = recipe._source(name).read_text()
        return ast.parse(change(source)) if name == module else original(name)

    monkeypatch.setattr(recipe, "_tree", tree)
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


def test_figures_and_registries_are_not_followed():
    # Another colour must not train a model anew; registries import everything.
    reached = reached_modules("attnconn_assets.assets.forecasters.training")
    assert "attnconn_core.forecasting.fitting" in reached
    assert not any(name.startswith("attnconn_core.figures") for name in reached)
    drawing = reached_modules("attnconn_core.figures.fingerprints")
    assert "attnconn_core.figures.style" in drawing
    assert "attnconn_core.connectivity.registry" not in drawing


def test_what_a_package_names_comes_before_a_module_of_that_name():
    # attnconn_core.scoring.fingerprint is a package; the façade's name is its function.
    assert (
        recipe._home_of("attnconn_core.scoring", "fingerprint")
        == "attnconn_core.scoring.fingerprint.fingerprint"
    )


def test_settings_count_by_their_values():
    granger = METHODS["granger"]
    assert as_json({"b": (1, 2), "a": None}) == {"b": [1, 2], "a": None}
    assert as_json(Fingerprint(bins=7))["bins"] == 7
    assert as_json(GrangerSettings(max_lags=3))["max_lags"] == 3
    relabelled = dataclasses.replace(granger, label="Another", template="")
    assert as_json(relabelled) == as_json(granger)
    assert as_json(granger.with_parameters(lags=2)) != as_json(granger)
