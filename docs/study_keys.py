"""Write ``docs/study-keys.md``: every key of a study or experiment file, from what checks it."""

import inspect
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from numpydoc.docscrape import NumpyDocString
from pydantic import TypeAdapter

from attnconn_assets.study.experiment import Experiment, FineTuning
from attnconn_assets.study.export import ExportSettings
from attnconn_assets.study.settings import (
    AutomationSettings,
    BehaviourSettings,
    ExclusionRules,
    GrangerSettings,
    KnownTruthFile,
    RecoverySettings,
    SignificanceSettings,
)
from attnconn_assets.study.sources import study_model
from attnconn_assets.study.study import Study
from attnconn_core.forecasting import ForecasterConfig, TrainingConfig
from attnconn_core.scoring import Fingerprint, GroupContrast, Reliability, scores
from attnconn_core.sources import sources

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parent / "study-keys.md"

_INTRODUCTION = """\
# Keys of study files

A study is one YAML file. Paths in it are relative to it, `~` is the home folder, and a key that is
not listed here is refused with the closest known one. `attnconn check` reports a value that is out
of range with the file and the key. Written by `make lists` from the models that check a study.
"""

# Heading → where the keys stand in the file, and the class that holds them.
_GROUPS: dict[str, type[Any]] = {
    "exclude": ExclusionRules,
    "automation": AutomationSettings,
    "behaviour": BehaviourSettings,
    "fingerprint": Fingerprint,
    "reliability": Reliability,
    "granger": GrangerSettings,
    "significance": SignificanceSettings,
    "contrast": GroupContrast,
    "export": ExportSettings,
    "recovery": RecoverySettings,
    "recovery.files.<name>": KnownTruthFile,
}
_EXPERIMENT: dict[str, type[Any]] = {
    "the file": Experiment,
    "model": ForecasterConfig,
    "training": TrainingConfig,
    "fine_tuning": FineTuning,
}
# Scores that are no further ones: every study has the first, `contrast` sets the second.
_OWN = ("forecast_skill", "group_contrast")


def page() -> str:
    """Return the page."""
    parts = [_INTRODUCTION, _section("## Every study", Study)]
    parts.append("## Where scans come from\n\nKeys that depend on `source`.\n")
    parts += [_source(word, kind) for word, kind in sources().items()]
    parts.append("## Groups of keys\n")
    parts += [_section(f"### `{name}`", kind) for name, kind in _GROUPS.items()]
    further = {name: kind for name, kind in scores().items() if name not in (*_GROUPS, *_OWN)}
    parts.append(
        "## Further scores\n\nNamed under `scores`, with their settings: "
        "`scores: [{penalty_identification: {methods: [var_identification]}}]`.\n"
    )
    parts += [_section(f"### `scores: {name}`", kind) for name, kind in further.items()]
    parts.append(
        "## Experiments\n\nAn experiment file names forecasters to train. Below `group.<name>` and "
        "`subject` stand `model` and `training`.\n"
    )
    parts += [_section(f"### {name}", kind) for name, kind in _EXPERIMENT.items()]
    return "\n".join(parts)


def _section(heading: str, kind: type[Any]) -> str:
    """A heading, what the group is for, and a row per key."""
    hidden = {name for name, field in _fields(kind).items() if getattr(field, "exclude", False)}
    return f"{heading}\n\n{_summary(kind)}\n\n{_table(kind, _about(kind), without=hidden)}"


def _source(word: str, kind: type[Any]) -> str:
    """The keys that a source adds to those of every study."""
    model = study_model(Study, word, kind)
    said = _about(kind)
    about = {key.name: said.get(key.field, "") for key in model.source_keys}
    return f"### `source: {word}`\n\n{_summary(kind)}\n\n{_table(model, about, only=about)}"


def _fields(kind: type[Any]) -> dict[str, Any]:
    return getattr(kind, "model_fields", {})


def _table(
    kind: type[Any],
    about: Mapping[str, str],
    *,
    only: Collection[str] | None = None,
    without: Collection[str] = (),
) -> str:
    schema = TypeAdapter(kind).json_schema(mode="validation")
    known, needed = schema.get("$defs", {}), schema.get("required", ())
    rows = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    for key, given in schema.get("properties", {}).items():
        if key in without or (only is not None and key not in only):
            continue
        default = "**required**" if key in needed else _written(given.get("default"))
        rows.append(f"| `{key}` | {_value(given, known)} | {default} | {about.get(key, '')} |")
    return "\n".join(rows) + "\n" if len(rows) > 2 else "No keys.\n"


def _summary(kind: type[Any]) -> str:
    return " ".join(NumpyDocString(_docstring(kind))["Summary"])


def _about(kind: type[Any]) -> dict[str, str]:
    """What the docstrings of a class and its bases say of every attribute."""
    said: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        for parameter in NumpyDocString(_docstring(each))["Attributes"]:
            text = _cell(" ".join(parameter.desc))
            said |= dict.fromkeys((name.strip() for name in parameter.name.split(",")), text)
    return said


def _docstring(kind: type[Any]) -> str:
    return inspect.cleandoc(kind.__dict__.get("__doc__") or "")


def _value(given: dict[str, Any], known: dict[str, Any]) -> str:
    """What a key may hold, in words."""
    return _cell(" or ".join(dict.fromkeys(_kinds(given, known))))


def _kinds(given: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    if "$ref" in given:
        name = given["$ref"].rpartition("/")[2]
        definition = known[name]
        yield "keys" if definition.get("type") == "object" else next(_kinds(definition, known))
        return
    for choice in (*given.get("anyOf", ()), *given.get("allOf", ()), *given.get("oneOf", ())):
        yield from _kinds(choice, known)
    for value in given.get("enum", [given["const"]] if "const" in given else ()):
        yield f"`{value}`"
    if "enum" in given or "const" in given:
        return
    match given.get("type"):
        case "array":
            items = given.get("items") or (given.get("prefixItems") or [{}])[0]
            yield f"list of {_value(items, known) or 'values'}"
        case "object":
            yield "keys"
        case "integer" | "number" as name:
            yield f"{'whole number' if name == 'integer' else 'number'}{_bounds(given)}"
        case "string":
            yield "path" if given.get("format") == "path" else "text"
        case "boolean":
            yield "`true` or `false`"


def _bounds(given: dict[str, Any]) -> str:
    signs = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "exclusiveMaximum": "<",
    }
    bounds = [f"{sign} {given[name]:g}" for name, sign in signs.items() if name in given]
    return f" {', '.join(bounds)}" if bounds else ""


def _written(default: Any) -> str:
    if default is None or default == [] or default == {}:
        return "–"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, dict):
        return "see below"
    values = default if isinstance(default, list) else [default]
    return _cell(f"`{', '.join(_unplaced(str(value)) for value in values)}`")


def _unplaced(value: str) -> str:
    """The same, without the folder of this checkout."""
    return value.removeprefix(f"{PAGE.parents[1]}{os.sep}")


def _cell(text: str) -> str:
    """One line, with single backquotes as Markdown has them."""
    return " ".join(text.split()).replace("|", r"\|").replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
