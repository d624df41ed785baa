"""Reads and validates YAML files; errors name the file, the key, the rule and the value."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from attnconn_assets.study.shipped import base_folder
from attnconn_core.errors import StudyError
from attnconn_core.names import composed
from attnconn_core.wording import rule_of

__all__ = ["known_keys", "read_keys", "validated"]

M = TypeVar("M", bound=BaseModel)

# Keys whose value has cells of a table as keys.
_OF_WORDS = frozenset({"coding"})
# Section and unknown key → the existing key with that meaning.
_MEANT = {
    **{("", word): "'repetition_time'" for word in ("TR", "tr", "t_r")},
    **{
        ("exclude", word): "'exclude.sessions', which takes sessions and whole subjects"
        for word in ("subjects", "subject", "participants", "participant", "ids", "scans")
    },
}
# Far above any real study; a short file can unfold to billions of values by aliases.
_MOST_VALUES = 100_000
_MOST_BITS = 1024
_SHOWN = 300


def read_keys(path: Path) -> dict[Any, Any]:
    """Read the keys and values of a YAML file, without those that begin with ``x-``.

    As in Compose files, keys with ``x-`` hold anchors and remarks, at any level. They are kept
    where keys are cells of a table (``coding``).

    Raises
    ------
    StudyError
        If the file can't be read, isn't YAML, or holds no keys.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_OneValueAKey)  # noqa: S506
    except OSError as error:
        raise StudyError(f"{path}: can't be read: {error.strerror}") from error
    # Explicit tags, such as `!!int x`, can make the loader raise almost any error.
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise StudyError(f"{path}: isn't valid YAML: {error}") from error
    except RecursionError as error:
        raise StudyError(
            f"{path}: keys and lists are nested too deeply; use fewer levels"
        ) from error
    if not isinstance(content, dict):
        raise StudyError(f"{path}: must hold keys and values; got {type(content).__name__}")
    _check_size(path, content)
    kept: dict[Any, Any] = _without_extensions(content)
    return kept


def _check_size(path: Path, content: Any) -> None:
    """Raise an error if aliases unfold without end, or to far more values than a study has."""
    waiting, count = [content], 0
    while waiting:
        value = waiting.pop()
        count += 1
        if count > _MOST_VALUES:
            raise StudyError(
                f"{path}: must hold at most {_MOST_VALUES} values; its aliases unfold to more, or "
                "one contains itself"
            )
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise StudyError(f"{path}: a number may have at most {_MOST_BITS} bits; one is longer")
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple | set):
            waiting.extend(value)


def _without_extensions(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_extensions(value) for value in content]
    if not isinstance(content, dict):
        return content
    return {
        key: value if key in _OF_WORDS else _without_extensions(value)
        for key, value in content.items()
        if not (isinstance(key, str) and key.startswith("x-"))
    }


def validated(
    model: type[M], path: Path, content: Mapping[Any, Any], known: Mapping[str, Sequence[str]]
) -> M:
    """Return the content of a file as a validated model.

    Parameters
    ----------
    model
        Model of the file.
    path
        The file; relative paths in it are relative to its `base_folder`.
    content
        From `read_keys`.
    known
        From `known_keys`: existing keys, to suggest one in place of an unknown key.

    Raises
    ------
    StudyError
        Naming the file, the key, the rule and the value, for every rule broken.
    """
    try:
        return model.model_validate(content, context={"folder": base_folder(path)})
    except ValidationError as error:
        problems = error.errors()
        # pydantic also reports a list with invalid items as too short.
        inside = {tuple(problem["loc"][:-1]) for problem in problems}
        messages = (
            _explain(path, problem, known)
            for problem in problems
            if problem["type"] != "too_short" or problem["loc"] not in inside
        )
        raise StudyError("\n".join(messages)) from error


def known_keys(models: Iterable[type[BaseModel]]) -> dict[str, list[str]]:
    """Return the keys of models and of their nested models, by the parent key.

    Keys of the models themselves have the empty parent key.
    """
    seen: set[tuple[str, Any]] = set()
    keys: dict[str, set[str]] = {}
    waiting: list[tuple[str, Any]] = [("", model) for model in models]
    while waiting:
        section, kind = waiting.pop()
        waiting.extend((section, argument) for argument in get_args(kind))
        if not isinstance(kind, type) or (section, kind) in seen:
            continue
        seen.add((section, kind))
        if issubclass(kind, BaseModel):
            fields: dict[str, Any] = {
                name: field.annotation for name, field in kind.model_fields.items()
            }
        elif is_dataclass(kind):
            fields = {field.name: field.type for field in dataclass_fields(kind)}
        else:
            continue
        keys.setdefault(section, set()).update(fields)
        waiting.extend(fields.items())
    return {section: sorted(names) for section, names in sorted(keys.items())}


class _OneValueAKey(yaml.SafeLoader):
    """YAML's safe loader with an error for duplicate keys; by itself it would use the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise yaml.YAMLError(f"a mapping must hold keys and values{node.start_mark}")
        keys = [
            composed(key.value) if isinstance(key, yaml.ScalarNode) else key.value
            for key, _ in node.value
            if key.tag != "tag:yaml.org,2002:merge"
        ]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(f"a key may occur once; found twice: {', '.join(twice)}")
        return super().construct_mapping(node, deep)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        """Return a text in the Unicode form in which names are compared."""
        return composed(super().construct_scalar(node))


def _read_as(loader: type[yaml.SafeLoader], **scalars: str) -> None:
    """Set the patterns by which plain words are read as other types than text."""
    loader.yaml_implicit_resolvers = {
        first: [
            resolver
            for resolver in resolvers
            if not resolver[0].endswith((":bool", ":int", ":float", ":timestamp"))
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for kind, pattern in scalars.items():
        loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{kind}", re.compile(f"(?:{pattern})$"), None
        )


# As YAML 1.2 has it: Yes, No and off are words, 001 keeps its zeros, 1e-3 is a number, and
# 12:30 and 2026-01-31 are text.
_read_as(
    _OneValueAKey,
    bool="true|True|TRUE|false|False|FALSE",
    int=r"[-+]?(?:0|[1-9]\d*)|0x[0-9a-fA-F]+",
    float=r"[-+]?(?:\.\d+|(?:0|[1-9]\d*)(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
)


def _explain(path: Path, problem: Mapping[str, Any], known: Mapping[str, Sequence[str]]) -> str:
    where = ".".join(map(str, problem["loc"])) or "the file"
    if problem["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        *parents, key = map(str, problem["loc"])
        section = next((parent for parent in reversed(parents) if parent in known), "")
        return f"{path}: unknown key {where!r}{_hint(key, section, known)}"
    if problem["type"] == "missing":
        key = problem["loc"][-1]
        return f"{path}: {where}: must be given; `attnconn keys {key}` describes it"
    given = repr(problem["input"])
    given = given if len(given) <= _SHOWN else f"{given[:_SHOWN]} …"
    message = problem["msg"].removeprefix("Value error, ")
    rule = rule_of(problem["type"], message, problem["input"])
    return f"{path}: {where}: {rule}; got {given}"


def _hint(key: str, section: str, known: Mapping[str, Sequence[str]]) -> str:
    """Return a suggestion for an unknown key: a similar key, or the right place of this one."""
    if meant := _MEANT.get((section, key)):
        return f"; did you mean {meant}?"
    elsewhere = [parent for parent, keys in known.items() if parent != section and key in keys]
    beside = [name for name in known.get(section, ()) if name != key]
    # A key that exists elsewhere is taken as a typing error only if nearly identical.
    near = difflib.get_close_matches(key, beside, n=1, cutoff=0.8 if elsewhere else 0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    if elsewhere:
        return f"; {key!r} belongs {' or '.join(map(_under, elsewhere))}"
    places = {name: parent for parent, keys in known.items() if parent != section for name in keys}
    near = difflib.get_close_matches(key, [name for name in places if name != key], n=1)
    if near:
        return f"; did you mean {near[0]!r} {_under(places[near[0]])}?"
    return f"; there are {', '.join(beside)}" if section and beside else ""


def _under(section: str) -> str:
    return f"under {section!r}" if section else "at the top of the file"
