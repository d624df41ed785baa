"""How study files set the fields of a source, where that isn't plain from the fields."""

from dataclasses import dataclass
from typing import Any

__all__ = ["CHOOSES_SESSIONS", "NOT_A_KEY", "StudyKey"]


@dataclass(frozen=True)
class StudyKey:
    """What a study file calls a field of a source; stands in the field's ``Annotated`` type.

    A field without it is a key of the same name and default. Bounds that hold in study
    files stand beside it, as pydantic's ``Field``::

        regions: Annotated[int, Field(ge=2), StudyKey("n_regions")] = 20

    Attributes
    ----------
    name
        The key; None where it is called as the field.
    kind
        The type that a study's value must have, where it is narrower than the field's.
    default
        What holds in a study that doesn't set the key; None for the field's own default.
    changes_series
        Whether another value could change a session's series or its quality. False for
        fields that only choose sessions: stored series stay valid when they change.
    in_study
        False where only Python code sets the field.
    """

    name: str | None = None
    kind: Any = None
    default: object = None
    changes_series: bool = True
    in_study: bool = True


#: For a field that chooses among sessions and changes none of them.
CHOOSES_SESSIONS = StudyKey(changes_series=False)

#: For a field that study files can't set.
NOT_A_KEY = StudyKey(in_study=False)
