"""The model of a study for each source: its keys are the fields of the source's class."""

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
    """What a study says of its source. `study_model` derives a model with the source's keys."""

    source_class: ClassVar[type[Any]]
    source_keys: ClassVar[tuple["SourceKey", ...]] = ()

    source: str

    @property
    def source_module(self) -> str:
        """The module that holds the source's class."""
        return self.source_class.__module__

    def make_source(self) -> Source:
        """Return the source of the scans, as the study sets it."""
        return self.source_class(**{key.field: getattr(self, key.name) for key in self.source_keys})

    def source_settings(self) -> dict[str, object]:
        """Return the settings that could change a session's series, as JSON holds them."""
        own = {key.name for key in self.source_keys if key.changes_series}
        return self.model_dump(mode="json", include={"source", *own})


@dataclasses.dataclass(frozen=True)
class SourceKey:
    """One key of a study that sets a field of the source.

    Attributes
    ----------
    name, field
        Of the key, and of the field that it sets.
    kind
        The field's type for pydantic, with bounds; paths are relative to the study.
    default
        What holds where a study doesn't set the key; ``...`` if it must.
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
    """Derive the model of the studies whose key ``source`` holds a word.

    Parameters
    ----------
    base
        The keys of every study.
    word
        What stands under ``source``.
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
    """Read the keys off the fields of a source's class, in their order."""
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
    """Take a type apart into what it says of the key, and what pydantic reads."""
    said = StudyKey()
    if get_origin(hint) is Annotated:
        kind, *marks = get_args(hint)
        said = next((mark for mark in marks if isinstance(mark, StudyKey)), said)
        rest = tuple(mark for mark in marks if not isinstance(mark, StudyKey))
        kind = said.kind or kind
        hint = Annotated[(kind, *rest)] if rest else kind
    return said, _beside_the_study(hint)


def _beside_the_study(kind: Any) -> Any:
    """Return a type whose paths are relative to the study file, wherever they stand in it."""
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
    """See that no key of a source means something else in every study."""
    names = [key.name for key in keys]
    for name in names:
        if hasattr(base, name) or name in base.model_fields or names.count(name) > 1:
            raise StudyError(
                f"{where}: every field needs a key of its own, and {name!r} is taken; "
                "Annotated[..., StudyKey(name)] can give the field another key"
            )
