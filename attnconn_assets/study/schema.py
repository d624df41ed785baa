"""The JSON schemas of study and experiment files, by which editors complete and check them."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from attnconn_assets.study.experiment import Experiment
from attnconn_assets.study.keys import Key, Section, sections

__all__ = ["experiment_schema", "study_schema"]

_FREE: dict[str, Any] = {"^x-": {}}  # keys for notes and for YAML's anchors
_DRAFT = "http://json-schema.org/draft-07/schema#"  # the draft that editors know best


def study_schema() -> dict[str, Any]:
    """Return the schema of study files.

    Keys of all sources are listed; those of another source than the file's are refused.
    """
    every = list(sections())
    (study,) = (section for section in every if section.part == "study")
    of_sources = [section for section in every if section.part == "source"]
    groups = {section.name: section for section in every if section.part == "group"}
    general = {key.name: _described(key) for key in study.keys}
    general["source"] = {
        "enum": [section.name for section in of_sources],
        "description": "Where scans come from.",
    }
    definitions: dict[str, Any] = {}
    for section in (study, *of_sources):
        definitions |= copy.deepcopy(dict(section.definitions))
    for key in study.keys:
        if key.name in groups:
            _describe(definitions, key.schema, groups[key.name].keys)
    return {
        "$schema": _DRAFT,
        "title": "A study of attnconn",
        "type": "object",
        "properties": {**_of_sources(of_sources), **general},
        "required": [key.name for key in study.keys if key.is_required],
        "patternProperties": _FREE,
        "additionalProperties": False,
        "allOf": [_of_one(section, general) for section in of_sources],
        "$defs": definitions,
    }


def experiment_schema() -> dict[str, Any]:
    """Return the schema of experiment files."""
    schema = copy.deepcopy(TypeAdapter(Experiment).json_schema(mode="validation"))
    of = {section.name: section.keys for section in sections() if section.part == "experiment"}
    names = {"model": "ForecasterConfig", "training": "TrainingConfig", "fine_tuning": "FineTuning"}
    for name, definition in names.items():
        _describe(schema["$defs"], {"$ref": f"#/$defs/{definition}"}, of[name])
    title = "Forecasters of attnconn"
    return {"$schema": _DRAFT, **schema, "title": title, "patternProperties": _FREE}


def _of_sources(every: Iterable[Section]) -> dict[str, Any]:
    """Return the schema of every key that depends on `source`, with the sources that have it."""
    owners: dict[str, list[tuple[str, Key]]] = {}
    for section in every:
        for key in section.keys:
            owners.setdefault(key.name, []).append((section.name, key))
    properties = {}
    for name, own in owners.items():
        kinds = [key.schema for _, key in own]
        alike = all(_kind(kind) == _kind(kinds[0]) for kind in kinds)
        meanings: dict[str, list[str]] = {}
        for word, key in own:
            meanings.setdefault(key.meaning, []).append(word)
        properties[name] = {
            **(_kind(kinds[0]) if alike else {"anyOf": [_kind(kind) for kind in kinds]}),
            "description": " ".join(
                f"{meaning} (source: {', '.join(words)})" for meaning, words in meanings.items()
            ),
        }
    return properties


def _of_one(section: Section, general: Mapping[str, Any]) -> dict[str, Any]:
    """Return which keys a file with one value of `source` may have, and must have."""
    return {
        "if": {"properties": {"source": {"const": section.name}}, "required": ["source"]},
        "then": {
            "propertyNames": {
                "anyOf": [
                    {"enum": [*general, *(key.name for key in section.keys)]},
                    {"pattern": next(iter(_FREE))},
                ]
            },
            "required": [key.name for key in section.keys if key.is_required],
        },
    }


def _described(key: Key) -> dict[str, Any]:
    return {**key.schema, "description": key.meaning}


def _kind(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without what only describes it; defaults differ between sources."""
    return {name: value for name, value in schema.items() if name not in ("title", "default")}


def _describe(
    definitions: Mapping[str, Any], schema: Mapping[str, Any], keys: Iterable[Key]
) -> None:
    """Add the meaning of keys to the definition that a schema refers to."""
    refers = next(
        option["$ref"] for option in (schema, *schema.get("anyOf", ())) if "$ref" in option
    )
    properties = definitions[refers.rpartition("/")[2]]["properties"]
    for key in keys:
        properties[key.name]["description"] = key.meaning
