"""Names of files that hold a series: attnconn's own, and those of BIDS derivatives."""

import re
from dataclasses import dataclass
from pathlib import Path

from attnconn_core.errors import CohortError, IdentifierError, ScanError, StrayError
from attnconn_core.sources.array_files import READERS
from attnconn_core.sources.misjoined import with_underscores
from attnconn_core.sources.stray_files import original_of

__all__ = ["WHOLE", "ArrayName", "claims", "kind_problem", "near_miss", "read_name"]

WHOLE = -1
"""The number of a file without a run in its name: it is the complete session."""

_ENDINGS = "|".join(re.escape(ending) for ending in READERS)
_ENTITIES = r"(?:_[a-z]+-[A-Za-z0-9+-]+)*"
_NAME = re.compile(
    rf"sub-([A-Za-z0-9-]+)(?:_ses-([A-Za-z0-9-]+))?({_ENTITIES})(?:_(?:timeseries|bold))?"
    rf"(?:{_ENDINGS})"
)
_CLAIM = re.compile(rf"sub-.*(?:{_ENDINGS})")
# Tables that pipelines write beside the series and that are none.
_BESIDE = re.compile(
    r".*_(?:events|motion|outliers|coverage|relmat|conmat|alff|reho|qc|physio|channels|scans|"
    rf"sessions|regressors|confounds)(?:{_ENDINGS})"
)
_NEAR = re.compile(
    r"sub-.*\.(?:npy|npz|csv|tsv|txt|1d|parquet|pq|feather|mat|h5|hdf5|xlsx?|ptseries\.nii)"
    r"(?:\.(?:gz|bz2|xz|zip))?",
    re.IGNORECASE,
)
# Parts of a name in which scans of one session may differ and still be of one kind.
_OF_RUNS = ("run", "dir")


@dataclass(frozen=True)
class ArrayName:
    """The parts of a file's name.

    Attributes
    ----------
    subject, session
        Identifiers; the session is ``test`` where the name has none.
    run
        Number of the run; `WHOLE` for none.
    kind
        Other parts of the name, such as task, atlas and statistic, by key.
    """

    subject: str
    session: str
    run: int
    kind: tuple[tuple[str, str], ...]


def claims(name: str) -> bool:
    """Return whether a file's name begins and ends as that of a series."""
    return _CLAIM.fullmatch(name) is not None and not _BESIDE.fullmatch(name)


def near_miss(path: Path) -> ScanError | StrayError | None:
    """Return the error for a file that seems to be a misnamed series; otherwise None.

    The error is a `StrayError` if a series of the same name lies beside the file, such as a .csv
    beside a .mat: no session is lost then.
    """
    if claims(path.name) or _BESIDE.fullmatch(path.name) or not _NEAR.fullmatch(path.name):
        return None
    message = (
        f"{path}: isn't read: the name of a series must begin with sub- and end in "
        f"{', '.join(READERS)}, in lower case; got {path.name!r}"
    )
    stem, dot, ending = (original_of(path.name) or path.name).partition(".")
    renamed = f"sub{stem[3:]}{dot}{ending.lower()}"
    for series in (stem + reader for reader in READERS):
        other = path.with_name(series)
        if claims(series) and other.is_file() and not (path.exists() and other.samefile(path)):
            return StrayError(
                f"{message}. {series} beside it is read: delete {path.name} if it isn't needed"
            )
    return ScanError(f"{message}. Rename it to {renamed}" if claims(renamed) else message)


def read_name(path: Path) -> ArrayName:
    """Return subject, session, run and kind from a file's name.

    Raises
    ------
    IdentifierError
        If the name breaks the rule.
    """
    meant = with_underscores(path.name)
    if meant != path.name:
        suggested = f": did you mean {meant}?" if _NAME.fullmatch(meant) else ""
        raise IdentifierError(
            f"{path}: the parts of a name must be separated by underscores, as in "
            f"sub-<id>_ses-<id>_run-<n>; got {path.name!r}{suggested}"
        )
    match = _NAME.fullmatch(path.name)
    pairs = [tuple(pair.split("-", 1)) for pair in (match[3].split("_") if match else []) if pair]
    entities = dict(pairs)
    run = entities.get("run", "")
    original = original_of(path.name) if match is None else None
    if original is not None and _NAME.fullmatch(original):
        raise IdentifierError(
            f"{path}: must be named as a scan is; it is named as a copy of {original}, which "
            "doesn't exist. Rename it to that if it is the scan; otherwise delete it"
        )
    if match is None or len(entities) < len(pairs) or not (run.isdecimal() or not run):
        raise IdentifierError(
            f"{path}: must be named sub-<id>_ses-<id>[_run-<n>], or as BIDS names derivatives, "
            "sub-<id>[_ses-<id>][_<key>-<value>…][_timeseries], ids of letters, digits and "
            f"hyphens; got {path.name!r}"
        )
    return ArrayName(
        subject=match[1],
        session=match[2] or "test",
        run=int(run) if run else WHOLE,
        kind=tuple(sorted((key, value) for key, value in pairs if key not in _OF_RUNS)),
    )


def kind_problem(kinds: dict[tuple[tuple[str, str], ...], Path]) -> CohortError | None:
    """Return an error if files differ in kind, naming the parts that differ; None if they don't.

    Parameters
    ----------
    kinds
        Every kind of file that exists, with one of its files.
    """
    if len(kinds) < 2:
        return None
    (first, path), (second, other) = list(kinds.items())[:2]
    key, value = min(set(first).symmetric_difference(second))
    return CohortError(
        f"all series must be of one kind (task, atlas, statistic …), and {path.name} and "
        f"{other.name} differ in {key}. Choose one with file_pattern in the study, such as "
        f"'*{key}-{value}*'"
    )
