import json
from dataclasses import dataclass
from typing import ClassVar

import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import (
    SCORES,
    Behaviour,
    Fingerprint,
    GroupContrast,
    score_from,
    settings_of,
)

NEEDED = {"group_contrast": {"column": "Sex", "first": "F", "second": "M"}}


@pytest.mark.parametrize("name", SCORES)
def test_settings_go_to_json_and_back(name):
    score = score_from(SCORES[name], NEEDED.get(name, {}))
    again = score_from(SCORES[name], json.loads(json.dumps(settings_of(score))))
    assert again == score


def test_values_take_the_types_of_the_fields():
    asked = {"targets": ["Score", "FS_*"], "confounds": ["Age"], "folds": 3}
    score = score_from(Behaviour, asked)
    assert score == Behaviour(targets=("Score", "FS_*"), confounds=("Age",), folds=3)
    assert settings_of(score)["targets"] == ["Score", "FS_*"]
    contrast = score_from(GroupContrast, {"column": "Sex", "first": 1, "second": "M"})
    assert (contrast.first, contrast.second) == (1.0, "M")


@pytest.mark.parametrize(
    ("kind", "settings", "complaint"),
    [
        (
            Fingerprint,
            {"bin": 3},
            r"fingerprint\.bin: isn't a setting .*; it has similarity, .*bins",
        ),
        (Fingerprint, {"bins": 1}, r"fingerprint\.bins: .*greater than or equal to 2; got 1$"),
        (Fingerprint, {"bins": "ten"}, r"fingerprint\.bins: .*valid integer.*; got 'ten'$"),
        (Fingerprint, {"similarity": "cosine"}, r"\.similarity: .*'pearson' or .*; got 'cosine'$"),
        (
            Behaviour,
            {"targets": "Score"},
            r"behaviour\.targets: must be a list, such as \[Score\]; got 'Score'$",
        ),
        (Behaviour, {"targets": [3]}, r"behaviour\.targets: .*valid string; got 3$"),
        (GroupContrast, {"first": 1, "second": 2}, r"group_contrast\.column: must be given$"),
        (
            GroupContrast,
            {**NEEDED["group_contrast"], "threshold": float("inf")},
            r"\.threshold: .*finite number; got inf$",
        ),
        (
            Fingerprint,
            {"bins": 1, "seed": -1},
            r"\.bins: .*; got 1; fingerprint\.seed: .*; got -1$",
        ),
    ],
)
def test_what_cannot_be_set_is_named_with_its_value(kind, settings, complaint):
    with pytest.raises(ParameterError, match=complaint):
        score_from(kind, settings)


@dataclass(frozen=True)
class Plain:
    """A score without settings, or with checks of its own."""

    name: ClassVar[str] = "plain"


def test_a_score_without_settings_says_so():
    assert settings_of(score_from(Plain, {})) == {}
    with pytest.raises(ParameterError, match=r"plain\.folds: .*; it has none$"):
        score_from(Plain, {"folds": 3})


@dataclass(frozen=True)
class Checked(Plain):
    least: int = 1

    def __post_init__(self):
        if self.least > 3:
            raise ParameterError(f"least must be at most 3; got {self.least}")


def test_a_score_s_own_checks_are_made():
    with pytest.raises(ParameterError, match="at most 3; got 4"):
        score_from(Checked, {"least": 4})
