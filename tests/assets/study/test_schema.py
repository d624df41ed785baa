"""The JSON schemas accept what the models accept, and refuse what these refuse."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from attnconn_assets.study.schema import experiment_schema, study_schema
from attnconn_assets.study.study import Study
from attnconn_core.sources import sources

REPOSITORY = Path(__file__).parents[3]
VALIDATOR = jsonschema.Draft7Validator


@pytest.fixture(scope="module")
def schema():
    return study_schema()


def complaints(schema, content):
    return "\n".join(error.message for error in VALIDATOR(schema).iter_errors(content))


@pytest.mark.parametrize("made", [study_schema, experiment_schema])
def test_it_is_a_schema(made):
    VALIDATOR.check_schema(made())


@pytest.mark.parametrize(
    "file", sorted((REPOSITORY / "studies").glob("*.yaml")), ids=lambda file: file.stem
)
def test_every_study_of_ours_is_accepted(schema, file):
    assert complaints(schema, yaml.safe_load(file.read_text())) == ""


@pytest.mark.parametrize(
    "file", sorted((REPOSITORY / "experiments").glob("*.yaml")), ids=lambda file: file.stem
)
def test_every_experiment_of_ours_is_accepted(file):
    assert complaints(experiment_schema(), yaml.safe_load(file.read_text())) == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"metods": ["pearson"]}, "'metods' does not match any"),
        ({"source": "arays"}, "'arays' is not one of"),
        ({"source": "hcp"}, "'atlas' is a required property"),
        ({"atlas": "a.dlabel.nii"}, "'atlas' is not valid under any"),
        ({"chunk": 0}, "0 is less than the minimum of 1"),
        ({"behaviour": {"folds": "ten"}}, "'ten' is not of type 'integer'"),
        ({"x-note": 3}, ""),
    ],
)
def test_a_wrong_key_or_value_is_refused(schema, changes, told):
    content = {"name": "mine", "title": "Mine", "source": "arrays", "root": "scans", **changes}
    found = complaints(schema, content)
    assert told in found if told else not found


def test_every_key_has_its_meaning(schema):
    names = {name for name, field in Study.model_fields.items() if not field.exclude}
    assert names <= schema["properties"].keys()
    assert all(each["description"] for each in schema["properties"].values())
    assert schema["properties"]["source"]["enum"] == list(sources())
    settings = schema["$defs"]["BehaviourSettings"]["properties"]
    assert settings["folds"]["description"].startswith("Number of folds.")


def test_a_key_of_several_sources_names_them(schema):
    assert "(source: hcp" in schema["properties"]["root"]["description"]
    assert "(source: arrays" in schema["properties"]["root"]["description"]
