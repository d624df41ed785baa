"""Derives the study model of each source: the fields of the source's class become keys."""

import dataclasses
from functools import cache, reduce
from operator import or_
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin
from typing import get_type_hints as hints_of

from pydantic import BaseModel, Field, create_model
from pydantic.errors import PydanticUserError

from attnconn_assets.study.settings import Settings, StudyPath
from attnconn_core.errors import StudyError
from attnconn_core.sources import Source, StudyKey

__all__ = ["SourceSettings", "study_model"]

M = TypeVar("M", bound="SourceSettings")


class SourceSettings(Settings):
    """The source of a study. `study_model` derives a model with the source's keys."""

    source_class: ClassVar[type[Any]]
    source_keys: ClassVar[tuple["SourceKey", ...]] = ()

    source: str

    @property
    def source_module(self) -> str:
        """The module that holds the source's class."""
        return self.source_class.__module__

    def make_source(self) -> Source:
        """Return the source of the scans, with the study's settings."""
        return self.source_class(**{key.field: getattr(self, key.name) for key in self.source_keys})

    def source_settings(self) -> dict[str, object]:
        """Return the settings that can change a session's series, as JSON values."""
        own = {key.name for key in self.source_keys if key.changes_series}
        return self.model_dump(mode="json", include={"source", *own})


@dataclasses.dataclass(frozen=True)
class SourceKey:
    """One key of a study that sets a field of the source.

    Attributes
    ----------
    name, field
        Name of the key, and of the field that it sets.
    kind
        The field's type for pydantic, with bounds; paths are relative to the study.
    default
        Default value; ``...`` if the key is required.
    changes_series
        As in `StudyKey`.
    """

    name: str
    field: str
    kind: Any
    default: object
    changes_series: bool


@cache
def study_model(base: type[M], word: str, source: type[Any]) -> type[M]:
    """Return the model of studies with a given value of the key ``source``.

    Parameters
    ----------
    base
        Model with the keys of every study.
    word
        Value of ``source``.
    source
        The source's class, a dataclass.

    Raises
    ------
    StudyError
        If the class has a field that can't be a key of a study.
    """
    where = f"source {word} ({source.__module__}.{source.__qualname__})"
    try:
        keys = _keys_of(source)
        _check_free(where, base, keys)
        fields: dict[str, Any] = {
            "source": (Literal[word], ...),
            **{key.name: _pydantic_field(key) for key in keys},
        }
        model = create_model(
            f"{source.__name__}Study",
            __base__=base,
            __module__=__name__,
            __doc__=source.__doc__,
            **fields,
        )
    except (PydanticUserError, NameError, TypeError) as error:
        raise StudyError(f"{where}: its fields can't be keys of a study: {error}") from error
    model.source_class = source
    model.source_keys = keys
    return model


def _keys_of(source: Any) -> tuple[SourceKey, ...]:
    """Return the keys for the fields of a source's class, in order."""
    hints = hints_of(source, include_extras=True)
    keys = []
    for field in dataclasses.fields(source):
        said, kind = _split(hints[field.name])
        if field.init and said.in_study:
            name = said.name or field.name
            default = _default(said, field)
            keys.append(SourceKey(name, field.name, kind, default, said.changes_series))
    return tuple(keys)


def _split(hint: Any) -> tuple[StudyKey, Any]:
    """Split an annotated type into its `StudyKey` and the type for pydantic."""
    said = StudyKey()
    if get_origin(hint) is Annotated:
        kind, *marks = get_args(hint)
        said = next((mark for mark in marks if isinstance(mark, StudyKey)), said)
        rest = tuple(mark for mark in marks if not isinstance(mark, StudyKey))
        kind = said.kind or kind
        hint = Annotated[(kind, *rest)] if rest else kind
    return said, _beside_the_study(hint)


def _beside_the_study(kind: Any) -> Any:
    """Return a type in which every path is relative to the study file."""
    if kind is Path:
        return StudyPath
    inner = get_args(kind)
    replaced = tuple(map(_beside_the_study, inner))
    if replaced == inner:
        return kind
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return reduce(or_, replaced)
    return Annotated[replaced] if origin is Annotated else origin[replaced]


def _default(said: StudyKey, field: dataclasses.Field[Any]) -> object:
    if said.default is not None:
        return said.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return ... if field.default is dataclasses.MISSING else field.default


def _pydantic_field(key: SourceKey) -> tuple[Any, Any]:
    # The default is validated, so that a path there is relative to the study file too.
    return key.kind, Field(key.default, validate_default=True)


def _check_free(where: str, base: type[BaseModel], keys: tuple[SourceKey, ...]) -> None:
    """Raise an error if a key of a source is also a key of every study."""
    names = [key.name for key in keys]
    for name in names:
        if hasattr(base, name) or name in base.model_fields or names.count(name) > 1:
            raise StudyError(
                f"{where}: every field needs its own key, and {name!r} is already a key; "
                "give the field another key with Annotated[..., StudyKey(name)]"
            )
