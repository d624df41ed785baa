"""A YAML file, validated: every broken rule is told with its file, key and value."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from attnconn_core.errors import StudyError

__all__ = ["validated"]

T = TypeVar("T")


def validated(
    adapter: TypeAdapter[T], path: Path, known: Sequence[str], sources: Sequence[str] = ()
) -> T:
    """Read a file, and see that it keeps every rule.

    Parameters
    ----------
    adapter
        What the file must be.
    path
        Relative paths in it are relative to its folder.
    known
        Keys that may have been meant where one isn't known.
    sources
        What the key ``source`` may say, where that decides which other keys there are.

    Raises
    ------
    StudyError
        Naming the file, the key, the rule and the value, for every rule broken.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_OneValueAKey)  # noqa: S506
    except OSError as error:
        raise StudyError(f"{path}: can't be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: isn't valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise StudyError(f"{path}: must hold keys and values; got {type(content).__name__}")
    content.pop("x-common", None)  # a place for YAML anchors that several configurations share
    try:
        return adapter.validate_python(content, context={"folder": path.parent})
    except ValidationError as error:
        told = (_explain(path, problem, known, sources) for problem in error.errors())
        raise StudyError("\n".join(told)) from error


class _OneValueAKey(yaml.SafeLoader):
    """The safe loader, which would take the last of two values for one key without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(f"a key may have one value; twice: {', '.join(twice)}")
        return super().construct_mapping(node, deep)


def _explain(
    path: Path, problem: Mapping[str, Any], known: Sequence[str], sources: Sequence[str]
) -> str:
    if problem["type"] == "union_tag_not_found":
        near = difflib.get_close_matches("source", [str(key) for key in problem["input"]], n=1)
        hint = f"; did you mean it by {near[0]!r}?" if near else ""
        return f"{path}: source: must be one of {', '.join(sources)}; the key is missing{hint}"
    where = ".".join(str(part) for part in problem["loc"] if part not in sources) or "the file"
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(where.rpartition(".")[2], known, n=1)
        return f"{path}: unknown key {where!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    got = "" if problem["type"] == "missing" else f"; got {problem['input']!r}"
    return f"{path}: {where}: {problem['msg']}{got}"
