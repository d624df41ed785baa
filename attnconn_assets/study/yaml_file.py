"""A YAML file, validated: errors name the file, the key, the rule and the value."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from attnconn_core.errors import StudyError

__all__ = ["known_keys", "read_keys", "validated"]

M = TypeVar("M", bound=BaseModel)

# Keys below which a key is what a table holds.
_OF_WORDS = frozenset({"coding"})


def read_keys(path: Path) -> dict[Any, Any]:
    """Read the keys and values of a YAML file, without those that begin with ``x-``.

    As in Compose files, these are places for anchors and remarks, at any level. Where keys
    are the words of a table (``coding``), they are kept.

    Raises
    ------
    StudyError
        If the file can't be read, isn't YAML, or holds no keys.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_OneValueAKey)  # noqa: S506
    except OSError as error:
        raise StudyError(f"{path}: can't be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: isn't valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise StudyError(f"{path}: must hold keys and values; got {type(content).__name__}")
    kept: dict[Any, Any] = _without_extensions(content)
    return kept


def _without_extensions(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_extensions(each) for each in content]
    if not isinstance(content, dict):
        return content
    return {
        key: value if key in _OF_WORDS else _without_extensions(value)
        for key, value in content.items()
        if not (isinstance(key, str) and key.startswith("x-"))
    }


def validated(model: type[M], path: Path, content: Mapping[Any, Any], known: Sequence[str]) -> M:
    """Return what a file holds as a model, if it keeps every rule of the model.

    Parameters
    ----------
    model
        What the file must be.
    path
        The file; relative paths in it are relative to its folder.
    content
        What `read_keys` read there.
    known
        Keys that may have been meant where one isn't known.

    Raises
    ------
    StudyError
        Naming the file, the key, the rule and the value, for every rule broken.
    """
    try:
        return model.model_validate(content, context={"folder": path.parent})
    except ValidationError as error:
        told = (_explain(path, problem, known) for problem in error.errors())
        raise StudyError("\n".join(told)) from error


def known_keys(models: Iterable[type[BaseModel]]) -> list[str]:
    """Return the keys of models and of the models in their fields, in alphabetical order."""
    seen: set[Any] = set()
    keys: set[str] = set()
    waiting: list[Any] = list(models)
    while waiting:
        kind = waiting.pop()
        waiting.extend(get_args(kind))
        if not isinstance(kind, type) or kind in seen:
            continue
        seen.add(kind)
        if issubclass(kind, BaseModel):
            fields: dict[str, Any] = {
                name: field.annotation for name, field in kind.model_fields.items()
            }
        elif is_dataclass(kind):
            fields = {field.name: field.type for field in dataclass_fields(kind)}
        else:
            continue
        keys |= fields.keys()
        waiting.extend(fields.values())
    return sorted(keys)


class _OneValueAKey(yaml.SafeLoader):
    """The safe loader, which would take the last of two values for one key without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(f"a key may have one value; twice: {', '.join(twice)}")
        return super().construct_mapping(node, deep)


def _explain(path: Path, problem: Mapping[str, Any], known: Sequence[str]) -> str:
    where = ".".join(map(str, problem["loc"])) or "the file"
    if problem["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        near = difflib.get_close_matches(where.rpartition(".")[2], known, n=1)
        return f"{path}: unknown key {where!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    got = "" if problem["type"] == "missing" else f"; got {problem['input']!r}"
    return f"{path}: {where}: {problem['msg']}{got}"
