"""Names of sessions for readers: halves of one run aren't called test and retest."""

from collections.abc import Mapping
from types import MappingProxyType

from attnconn_core.sources import Design

__all__ = ["pair_names", "session_label"]

_HALVES: Mapping[str, str] = MappingProxyType({"test": "first half", "retest": "second half"})


def session_label(design: Design, session: str) -> str:
    """Return the name of a session for readers.

    Parameters
    ----------
    design
        Whether a subject's two sessions are two scans, or two halves of one.
    session
        Name of the session, such as ``"retest"``.

    Examples
    --------
    >>> session_label("split-half", "retest"), session_label("test-retest", "retest")
    ('second half', 'retest')
    """
    return _HALVES.get(session, session) if design == "split-half" else session


def pair_names(design: Design) -> tuple[str, str]:
    """Return the names of the two sessions that are compared, the first one first."""
    first, second = (session_label(design, name) for name in _HALVES)
    return first, second
