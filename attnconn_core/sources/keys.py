"""Study keys of the fields of a source, where they differ from the fields."""

from dataclasses import dataclass
from typing import Any

__all__ = ["CHOOSES_SESSIONS", "NOT_A_KEY", "StudyKey"]


@dataclass(frozen=True)
class StudyKey:
    """The study key of a source's field, given in the field's ``Annotated`` type.

    A field without it is a key of the same name and default. Bounds on values in study
    files are given beside it, as pydantic's ``Field``::

        regions: Annotated[int, Field(ge=2), StudyKey("n_regions")] = 20

    Attributes
    ----------
    name
        The key; None if it has the field's name.
    kind
        Type of the study's value, if narrower than the field's.
    default
        Value for studies that don't set the key; None for the field's default.
    changes_series
        Whether another value could change a session's series or its quality. False for
        fields that only choose sessions: stored series stay valid when they change.
    in_study
        False if only Python code sets the field.
    """

    name: str | None = None
    kind: Any = None
    default: object = None
    changes_series: bool = True
    in_study: bool = True


#: For a field that only chooses among sessions.
CHOOSES_SESSIONS = StudyKey(changes_series=False)

#: For a field that study files can't set.
NOT_A_KEY = StudyKey(in_study=False)
