"""Code versions: they change with what an asset's code does, and with nothing else."""

import ast
import dataclasses
from pathlib import Path

import numpy as np
import pytest

import attnconn_assets
import attnconn_core
from attnconn_assets.storage import recipe
from attnconn_assets.storage.recipe import Recipe, as_json, code_version, reached_modules
from attnconn_assets.study.settings import GrangerSettings
from attnconn_core.connectivity import METHODS
from attnconn_core.errors import ParameterError
from attnconn_core.scoring import Fingerprint

PEARSON = "attnconn_core.connectivity.pearson"
GRANGER = "attnconn_core.connectivity.granger"


def test_an_estimator_reaches_what_it_imports_and_not_its_neighbours():
    reached = reached_modules(PEARSON)
    assert "attnconn_core.timeseries.soundness" in reached
    assert "attnconn_core.records.time_series" in reached
    assert GRANGER not in reached
    assert "attnconn_core.forecasting.network" not in reached


def test_names_are_followed_through_a_package_to_the_module_that_defines_them():
    assert "attnconn_core.timeseries.splits" in reached_modules(GRANGER)
    assert "attnconn_core.timeseries.simulation" not in reached_modules(GRANGER)


def forget() -> None:
    for cached in (recipe._imported, recipe.reached_modules, recipe._syntax, recipe.code_version):
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


def test_a_class_is_part_of_a_setting():
    @dataclasses.dataclass(frozen=True)
    class Other:
        bins: int = 10

    @dataclasses.dataclass(frozen=True)
    class Another:
        bins: int = 10

    assert as_json(Other()) != as_json(Another())


def test_collections_have_one_order_and_what_has_no_text_is_refused():
    assert as_json(frozenset({"b", "a"})) == ["a", "b"]
    assert as_json(np.arange(2)) == [0, 1]
    with pytest.raises(ParameterError, match=r"a setting must be .* got <object"):
        as_json(object())


def test_every_module_of_another_package_counts(tmp_path, monkeypatch):
    package = tmp_path / "strange_plugin"
    package.mkdir()
    (package / "__init__.py").write_text("from .estimator import Odd\n")
    (package / "estimator.py").write_text("from .helper import scale\nclass Odd: ...\n")
    (package / "helper.py").write_text("scale = 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    forget()
    reached = reached_modules("strange_plugin.estimator")
    assert reached == {"strange_plugin.estimator", "strange_plugin.helper"}
    before = code_version("strange_plugin.estimator")
    (package / "helper.py").write_text("scale = 7.0\n")
    recipe._tree.cache_clear()
    forget()
    assert code_version("strange_plugin.estimator") != before


def test_a_data_file_beside_a_module_counts(monkeypatch):
    name = "attnconn_core.parcellation.aal2"
    lobes = recipe._source(name).with_suffix(".csv").read_text(encoding="utf-8")
    assert recipe._syntax(name).endswith(lobes)
    name = "attnconn_core.references"
    assert recipe._syntax(name).endswith(
        recipe._source(name).with_suffix(".bib").read_text("utf-8")
    )
    # No other data file can change a number: the report's page is a setting of the report.
    packages = [Path(each.__file__).parent for each in (attnconn_core, attnconn_assets)]
    data = {
        path.relative_to(package).as_posix()
        for package in packages
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyi", ".pyc", ".typed")
    }
    page = {name for name in data if name.startswith("assets/report/templates/")}
    assert "assets/report/templates/report.html" in page
    assert data - page == {"parcellation/aal2.csv", "references.bib"}
