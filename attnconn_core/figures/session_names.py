"""Names of sessions for readers: halves of one run aren't called test and retest."""

from attnconn_core.sources import SCAN_NAMES, Design

__all__ = ["session_label"]


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
    names = zip(SCAN_NAMES["test-retest"], SCAN_NAMES[design], strict=True)
    return dict(names).get(session, session)
