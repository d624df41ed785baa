"""Subject and session in the names of scans, in the spelling of several projects."""

import re
from collections import defaultdict
from collections.abc import Iterable

from attnconn_core.records import check_identifier
from attnconn_core.wording import few_and_more

__all__ = ["RETEST_SUFFIX", "bare_name", "nearly_one_subject", "split_retest", "split_scan_name"]

RETEST_SUFFIX = "_retest"
"""Ending of HCP's name of a subject's second scan: ``100307_retest``."""

# HCP Lifespan (Aging, Development) and Connectomes Related to Human Disease.
_LIFESPAN = re.compile(r"([A-Za-z0-9-]+)_([A-Za-z0-9-]+)_MR")
# BIDS's prefix in the spellings that people use.
_PREFIX = re.compile(r"^sub(?:j|ject)?(?:-|(?=\d))")
# ABCD's identifiers as in its tables, with or without the event's name.
_ABCD = re.compile(r"NDAR_(INV[A-Za-z0-9]+)(?:_([A-Za-z0-9_]+))?")
_SHOWN = 3


def split_scan_name(name: str) -> tuple[str, str | None]:
    """Split the name of a folder or of a table's row into subject and session.

    Parameters
    ----------
    name
        ========================================= =================================
        ``100307_retest``                         100307, retest
        ``HCA6000001_V1_MR``                      HCA6000001, V1
        ``1001_01_MR``                            1001, 01
        ``NDAR_INV00000001``                      NDARINV00000001, as BIDS has it
        ``NDAR_INV00000001_baseline_year_1_arm_1`` NDARINV00000001, baselineYear1Arm1
        ``100307``, ``sub-100307``                100307
        ========================================= =================================

    Returns
    -------
    The subject, and the session or None if the name has none.

    Raises
    ------
    IdentifierError
        If the subject or session is invalid.
    """
    subject, session = _split(name.removeprefix("sub-"))
    if session is not None:
        check_identifier(session, f"the session in {name!r}")
    return check_identifier(subject, "a subject"), session


def _split(name: str) -> tuple[str, str | None]:
    if name.endswith(RETEST_SUFFIX):
        return name.removesuffix(RETEST_SUFFIX), "retest"
    if match := _LIFESPAN.fullmatch(name):
        return match[1], match[2]
    if match := _ABCD.fullmatch(name):
        first, *others = (match[2] or "").split("_")
        event = first + "".join(word[:1].upper() + word[1:] for word in others)
        return f"NDAR{match[1]}", event or None
    return name, None


def bare_name(subject: str) -> str:
    """Return a subject's name without case, BIDS's prefix and leading zeros, which tables change.

    Examples
    --------
    >>> bare_name("0010064"), bare_name("HC-04"), bare_name("Sub-01"), bare_name("subject1")
    ('10064', 'hc-04', '1', '1')
    """
    return _PREFIX.sub("", subject.lower(), count=1).lstrip("0")


def nearly_one_subject(subjects: Iterable[str]) -> str:
    """Return, in words, which subjects' names differ only in case, prefix or leading zeros.

    Examples
    --------
    >>> nearly_one_subject(["7", "07", "8"]).partition(" differ")[0]
    '07 and 7'
    """
    alike: dict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        alike[bare_name(subject)].add(subject)
    groups = [" and ".join(sorted(names)) for _, names in sorted(alike.items()) if len(names) > 1]
    if not groups:
        return ""
    return (
        f"{few_and_more(groups, _SHOWN)} differ only in case, a prefix or leading zeros: are "
        "they one subject? Then name the scans alike; now they count as different subjects"
    )


def split_retest(name: str) -> tuple[str, str]:
    """Split a folder's name into subject and session; the session is ``test`` if it has none.

    Raises
    ------
    IdentifierError
        As `split_scan_name` does.
    """
    subject, session = split_scan_name(name)
    return subject, session or "test"
