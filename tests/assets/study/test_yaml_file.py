import pytest
from pydantic import BaseModel

from attnconn_assets.study.yaml_file import known_keys, read_keys


class Inner(BaseModel):
    deep: int = 0


class Outer(BaseModel):
    named: dict[str, Inner] = {}
    several: tuple[Inner, ...] | None = None


def test_the_keys_of_models_inside_a_model_are_known():
    assert known_keys([Outer]) == {
        "": ["named", "several"],
        "named": ["deep"],
        "several": ["deep"],
    }


def test_a_place_for_anchors_is_no_key(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("x-common: {a: &a {b: 1}}\nc: *a\n")
    assert read_keys(path) == {"c": {"b": 1}}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Yes", "Yes"),
        ("off", "off"),
        ("true", True),
        ("001", "001"),
        ("-3", -3),
        ("0", 0),
        ("1e-3", 0.001),
        ("0.72", 0.72),
        (".inf", float("inf")),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("~", None),
    ],
)
def test_words_and_numbers_are_those_of_yaml_1_2(tmp_path, written, read):
    path = tmp_path / "a.yaml"
    path.write_text(f"key: {written}\n")
    found = read_keys(path)["key"]
    assert found == read
    assert type(found) is type(read)


def test_keys_that_begin_with_x_are_remarks_at_any_level(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "x-notes: any\na: {x-why: remark, b: 1, c: [{x-d: 2, e: 3}]}\n"
        "behaviour: {coding: {Scan: {x-ray: 1}}, x-y: 2}\n"
    )
    assert read_keys(path) == {
        "a": {"b": 1, "c": [{"e": 3}]},
        "behaviour": {"coding": {"Scan": {"x-ray": 1}}},
    }
