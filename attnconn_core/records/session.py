"""One subject on one occasion, and the valid names of subjects and sessions."""

import re
from dataclasses import dataclass
from pathlib import Path

from attnconn_core.errors import IdentifierError

__all__ = ["Session", "check_identifier", "subject_of"]

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


def check_identifier(value: str, what: str) -> str:
    """Return `value` if it is a valid name of a subject or session.

    Identifiers come from file names and tables and are used in paths and partition
    keys, so all of them are checked here.

    Raises
    ------
    IdentifierError
        Unless `value` is 1 to 64 letters, digits and hyphens that start with a
        letter or digit.
    """
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise IdentifierError(
            f"{what} must be 1 to 64 letters, digits and hyphens, "
            f"the first a letter or digit; got {value!r}"
        )
    return value


@dataclass(frozen=True, order=True)
class Session:
    """One subject on one occasion, with the scan files.

    Attributes
    ----------
    subject, session
        Identifiers such as ``"100307"`` and ``"test"``.
    files
        Scan files, one per run or one for all runs.
    group
        ``"train"`` or ``"test"`` if the study names the training sessions, else None.

    Examples
    --------
    >>> Session("100307", "test").key
    'sub-100307_ses-test'
    """

    subject: str
    session: str
    files: tuple[Path, ...] = ()
    group: str | None = None

    def __post_init__(self) -> None:
        check_identifier(self.subject, "a subject")
        check_identifier(self.session, f"a session of subject {self.subject}")

    @property
    def key(self) -> str:
        """The partition key, ``sub-<subject>_ses-<session>``."""
        return f"sub-{self.subject}_ses-{self.session}"


def subject_of(session_key: str) -> str:
    """Return the subject in a session key.

    Examples
    --------
    >>> subject_of(Session("100307", "test").key)
    '100307'
    """
    return session_key.partition("_ses-")[0].removeprefix("sub-")
