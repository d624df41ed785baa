"""Every asset, and what makes it stale: each module edited, each study key changed, in turn.

``staleness.yaml`` lists for each the assets that it makes stale. It is reviewed: a difference
is a number that can change unseen, or work that would be done again for nothing. After a
change that is meant, ``python -m tests.assets.test_staleness`` writes it anew.
"""

import ast
import contextlib
import dataclasses
import functools
import pkgutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

import pytest
import yaml
from pydantic import BaseModel

import attnconn_assets.assets
import attnconn_core
from attnconn_assets.assets.catalogue import specs
from attnconn_assets.definitions import define
from attnconn_assets.storage import recipe
from attnconn_assets.study.study import Study, load_study
from attnconn_core.connectivity import methods
from attnconn_core.figures import figures
from attnconn_core.scoring import scores
from attnconn_core.sources import sources
from tests.assets.conftest import TINY_EXPERIMENT, TINY_STUDY, write_study_to

LISTED = Path(__file__).parent / "staleness.yaml"
LIST = yaml.safe_load(LISTED.read_text(encoding="utf-8"))


@contextlib.contextmanager
def without_packages() -> Iterator[None]:
    """See this package's methods, sources, scores and figures alone, whatever is installed."""
    registries = (methods, sources, scores, figures)
    library = "attnconn_core.connectivity.peers.library.find_spec"
    with (
        mock.patch("attnconn_core.plugins.entry_points", return_value=[]),
        mock.patch(library, return_value=None),
    ):
        for registry in registries:
            registry.cache_clear()
        yield
    for registry in registries:
        registry.cache_clear()


@pytest.fixture(scope="module", autouse=True)
def alone() -> Iterator[None]:
    with without_packages():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("everything")


@pytest.fixture(scope="module")
def everything(folder):
    """A study that has every asset there is."""
    return load_everything(folder)


@pytest.fixture(scope="module")
def before(everything) -> dict[str, str]:
    return digests(everything)


def load_everything(folder: Path, key: str = "", value: object = None) -> Study:
    """Load a study that asks for every method, score and setting, one key changed."""
    content = {
        **TINY_STUDY,
        "methods": list(load_study(write_study_to(folder)).method_names),
        "significance": {"methods": ["pearson", "granger"], "surrogates": 10},
        "contrast": {"column": "Group", "first": 0, "second": 1},
        "behaviour": {**TINY_STUDY["behaviour"], "confounds": ["Age"]},
        "recovery": {"simulated": ["linear-5"], "data_sets": 2},
        "export": {"formats": ["bids", "graphml", "edges", "scores"]},
    }
    base = TINY_EXPERIMENT["group"]["base"]
    experiment = {**TINY_EXPERIMENT, "group": {"base": base, "other": base}}
    if key.startswith("experiment."):
        experiment[key.removeprefix("experiment.")] = value
    elif "." in key:
        group, _, inner = key.partition(".")
        content[group] = {**content.get(group, {}), inner: value}
    elif key:
        content[key] = value
    (folder / "experiments" / "tiny.yaml").write_text(yaml.safe_dump(experiment))
    path = folder / "studies" / "everything.yaml"
    path.write_text(yaml.safe_dump(content))
    return load_study(path)


def digests(study: Study) -> dict[str, str]:
    """The recipe of every asset, of all its partitions."""
    partitions = {
        "configuration": list(study.configurations),
        "ground truth": list(study.recovery.ground_truths),
    }
    return {
        spec.name: " ".join(
            spec.recipe_of(key).digest for key in partitions.get(spec.partitioned, ["any"])
        )
        for spec in specs(study)
    }


def digests_of_sources(folder: Path) -> dict[str, str]:
    """The recipes of what other sources than the simulated one are read by."""
    arrays = {"source": "arrays", "root": "scans", "repetition_time": 1.0}
    hcp = {"source": "hcp", "root": "scans", "atlas": "atlas.dlabel.nii"}
    bids = {"source": "bids", "root": "scans"}
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))
    found = {}
    for settings in (arrays, hcp, bids, {"source": "hcp_sample"}):
        study = load_study(write_study_to(folder, **simulated, **settings, behaviour=None))
        every = {spec.name: spec.recipe.digest for spec in specs(study) if spec.source}
        found |= {f"{name} of {settings['source']}": digest for name, digest in every.items()}
    return found


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [name for name in before if before[name] != after.get(name)]


def modules() -> list[str]:
    """Every module that can change a number: the core's and the assets'."""
    return sorted(
        module.name
        for package in (attnconn_core, attnconn_assets.assets)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.ispkg
    )


@contextlib.contextmanager
def edited(module: str) -> Iterator[None]:
    """Let one module's source be another as long as the context lasts."""
    tree = ast.parse(recipe._source(module).read_text(encoding="utf-8") + "\nEXTRA = 1\n")
    whole_tree, whole_syntax = recipe._tree.__wrapped__, recipe._syntax
    syntax = functools.cache(whole_syntax.__wrapped__)
    # Hashing takes the time: what doesn't reach the module keeps its version by definition.
    before, after = recipe.code_version, functools.cache(recipe.code_version.__wrapped__)

    def version(*starts: str) -> str:
        reaches = any(module in recipe.reached_modules(start) for start in starts)
        return after(*starts) if reaches else before(*starts)

    with (
        mock.patch.object(
            recipe, "_tree", lambda name: tree if name == module else whole_tree(name)
        ),
        mock.patch.object(
            recipe,
            "_syntax",
            lambda name: syntax(name) if name == module else whole_syntax(name),
        ),
        mock.patch.object(recipe, "code_version", version),
    ):
        yield


def stale_by_module(study: Study, folder: Path) -> dict[str, list[str]]:
    def all_digests() -> dict[str, str]:
        return digests(study) | digests_of_sources(folder)

    before, found = all_digests(), {}
    for module in modules():
        with edited(module):
            found[module] = changed(before, all_digests())
    return found


WRITE = "staleness.yaml is generated; write it again, and read the difference: make lists"


def test_every_asset_that_dagster_shows_is_listed(folder):
    study = load_study(write_study_to(folder))
    keys = {"/".join(key.path) for key in define(study).resolve_all_asset_keys()}
    assert keys == {f"tiny/{name}" for name in LIST["assets"]}


def test_every_module_and_every_key_is_listed(everything):
    assert list(LIST["modules"]) == modules(), WRITE
    assert sorted(LIST["keys"]) == sorted(keys_of(everything)), WRITE


def test_an_edit_of_a_module_stales_the_listed_assets_and_no_other(everything, tmp_path):
    assert stale_by_module(everything, tmp_path) == LIST["modules"], WRITE


@pytest.mark.parametrize("key", LIST["keys"])
def test_a_change_of_a_key_stales_the_listed_assets_and_no_other(folder, before, key):
    entry = LIST["keys"][key]
    other = load_everything(folder, key, entry["to"])
    assert changed(before, digests(other)) == entry["stale"], WRITE


def keys_of(study: Study) -> Iterator[str]:
    """Every key of a study of this source, those of groups with dots."""
    for name in type(study).model_fields:
        value = getattr(study, name)
        if name in ("source", "folder", "origins"):
            continue  # another source has other keys; the others are where a study comes from
        if isinstance(value, BaseModel):
            yield from (f"{name}.{each}" for each in type(value).model_fields)
        elif dataclasses.is_dataclass(value):
            yield from (f"{name}.{each.name}" for each in dataclasses.fields(value))
        else:
            yield name


def main() -> None:
    """Write the list as it is now, with the values that it changes keys to."""
    with tempfile.TemporaryDirectory() as folder, without_packages():
        study = load_everything(Path(folder))
        before, keys = digests(study), LIST["keys"]
        for key, entry in keys.items():
            other = load_everything(Path(folder), key, entry["to"])
            entry["stale"] = changed(before, digests(other))
        assets = [spec.name for spec in specs(load_study(write_study_to(Path(folder))))]
        content = {"assets": assets, "keys": keys, "modules": stale_by_module(study, Path(folder))}
    heading = "".join(
        line for line in LISTED.read_text(encoding="utf-8").splitlines(True) if line[0] == "#"
    )
    text = yaml.safe_dump(content, sort_keys=False)  # a line per asset, for diffs
    LISTED.write_text(heading + text, encoding="utf-8")


if __name__ == "__main__":
    main()
