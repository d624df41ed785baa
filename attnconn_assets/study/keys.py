"""The keys of study and experiment files: what each may hold, its default and its meaning.

They are read from the models that check the files, and from the docstrings of these models.
"""

import inspect
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docstring_parser import Docstring, DocstringStyle, parse
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
from attnconn_assets.study.shipped import shipped
from attnconn_assets.study.sources import study_model
from attnconn_assets.study.study import Study
from attnconn_core.forecasting import ForecasterConfig, TrainingConfig
from attnconn_core.scoring import Fingerprint, GroupContrast, Reliability, scores
from attnconn_core.sources import Confounds, Scrub, sources

__all__ = ["Key", "Section", "sections"]

# Where the keys stand in the file → the class that holds them.
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
    "confounds": Confounds,
    "scrub": Scrub,
}
_EXPERIMENT: dict[str, type[Any]] = {
    "the file": Experiment,
    "model": ForecasterConfig,
    "training": TrainingConfig,
    "fine_tuning": FineTuning,
}
_GROUP = "see below"
_SHIPPED = f"{shipped('')}{os.sep}"
# Scores that are no further ones: every study has the first, `contrast` sets the second.
_OWN = ("forecast_skill", "group_contrast")


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes
    ----------
    name
        The key.
    value
        What it may hold, in words.
    default
        Its default, as written in a file; empty if there is none.
    is_required
        Whether a file must have it.
    meaning
        What it means.
    schema
        Its JSON schema, which may refer to definitions of `Section.definitions`.
    """

    name: str
    value: str
    default: str
    is_required: bool
    meaning: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """The keys that stand together in a file.

    Attributes
    ----------
    part
        ``"study"``, ``"source"``, ``"group"``, ``"score"`` or ``"experiment"``.
    name
        The value of ``source``, the name of the group or of the score.
    summary
        What the keys are for, in one sentence.
    keys
        The keys, in the order of the model.
    definitions
        JSON schemas that those of the keys refer to.
    """

    part: str
    name: str
    summary: str
    keys: tuple[Key, ...]
    definitions: Mapping[str, Any]


def sections() -> Iterator[Section]:
    """Yield all sections: every study's keys, the sources', groups, scores and experiments."""
    yield _section("study", "", Study)
    for word, source in sources().items():
        yield _of_source(word, source)
    for name, kind in _GROUPS.items():
        yield _section("group", name, kind)
    for name, score in scores().items():
        if name not in (*_GROUPS, *_OWN):
            yield _section("score", name, score)
    for name, kind in _EXPERIMENT.items():
        yield _section("experiment", name, kind)


def _section(part: str, name: str, kind: type[Any]) -> Section:
    fields: Mapping[str, Any] = getattr(kind, "model_fields", {})
    hidden = {key for key, field in fields.items() if getattr(field, "exclude", False)}
    schema = TypeAdapter(kind).json_schema(mode="validation")
    about = _about(kind)
    keys = tuple(key for key in _keys(schema, about) if key.name not in hidden)
    return Section(part, name, _summary(kind), keys, schema.get("$defs", {}))


def _of_source(word: str, source: type[Any]) -> Section:
    """Return the keys that a source adds to those of every study."""
    # mypy takes type[Any] for unhashable.
    model = study_model(Study, word, source)  # type: ignore[arg-type]
    about = _about(source)
    own = {key.name: about.get(key.field, "") for key in model.source_keys}
    schema = TypeAdapter(model).json_schema(mode="validation")
    keys = tuple(key for key in _keys(schema, own) if key.name in own)
    return Section("source", word, _summary(source), keys, schema.get("$defs", {}))


def _keys(schema: Mapping[str, Any], about: Mapping[str, str]) -> Iterator[Key]:
    known, needed = schema.get("$defs", {}), schema.get("required", ())
    for name, given in schema.get("properties", {}).items():
        yield Key(
            name,
            _value(given, known),
            _written(given.get("default")),
            name in needed,
            about.get(name, ""),
            given,
        )


def _docstring(kind: type[Any]) -> Docstring:
    own = inspect.cleandoc(kind.__dict__.get("__doc__") or "")
    return parse(own, style=DocstringStyle.NUMPYDOC)


def _summary(kind: type[Any]) -> str:
    return " ".join((_docstring(kind).short_description or "").split())


def _about(kind: type[Any]) -> dict[str, str]:
    """Return what the docstrings of a class and its bases say of every attribute."""
    said: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        for attribute in _docstring(base).params:
            names = (name.strip() for name in attribute.arg_name.split(","))
            said |= dict.fromkeys(names, " ".join((attribute.description or "").split()))
    return said


def _value(given: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return what a key may hold, in words."""
    return " or ".join(dict.fromkeys(_kinds(given, known)))


def _kinds(given: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in given:
        definition = known[given["$ref"].rpartition("/")[2]]
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


def _bounds(given: Mapping[str, Any]) -> str:
    signs = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "exclusiveMaximum": "<",
    }
    bounds = [f"{sign} {given[name]:g}" for name, sign in signs.items() if name in given]
    return f" {', '.join(bounds)}" if bounds else ""


def _written(default: Any) -> str:
    """Return a default as a study file would have it; empty for none."""
    if default is None or default in ([], {}):
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, dict):
        return _GROUP
    values = default if isinstance(default, list) else [default]
    return ", ".join(str(value).removeprefix(_SHIPPED) for value in values)
