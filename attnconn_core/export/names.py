"""Names of exported files, as BIDS names derivatives.

``sub-<label>_ses-<label>_task-rest[_run-<n>]_seg-<label>_stat-<label>_<suffix>``, in the folder
``sub-<label>/ses-<label>/func``. Labels of BIDS are letters and digits only. ``seg`` is the
parcellation and ``stat`` what was computed, as XCP-D names its files.
"""

import re
from collections.abc import Iterable

from attnconn_core.connectivity.method import Method
from attnconn_core.errors import ParameterError
from attnconn_core.records import Session

__all__ = [
    "TASK",
    "bids_label",
    "check_labels",
    "file_name",
    "folder_of",
    "method_label",
    "sidecar_name",
]

TASK = "rest"
"""The task of every scan: attnconn is for resting-state scans."""

# XCP-D's word, by which other programs find correlations.
_ESTABLISHED = {"pearson": "pearsoncorrelation"}
_OTHERS = re.compile(r"[^A-Za-z0-9]+")


def bids_label(name: str) -> str:
    """Return a name as a label of BIDS: its letters and digits; words after the first in capitals.

    Raises
    ------
    ParameterError
        If the name has no letter or digit of ASCII.

    Examples
    --------
    >>> bids_label("Schaefer2018_100Parcels_17Networks_order")
    'Schaefer2018100Parcels17NetworksOrder'
    """
    first, *others = [part for part in _OTHERS.split(name) if part] or [""]
    label = first + "".join(part[0].upper() + part[1:] for part in others)
    if not label:
        raise ParameterError(
            f"a name needs a letter or digit (A-Z, a-z, 0-9) to be a label of BIDS; got {name!r}"
        )
    return label


def method_label(method: str) -> str:
    """Return a method's name as a label of BIDS, in lower case.

    Examples
    --------
    >>> method_label("pearson"), method_label("granger_log_ratio")
    ('pearsoncorrelation', 'grangerlogratio')
    """
    return _ESTABLISHED.get(method) or bids_label(method).lower()


def folder_of(session: Session) -> str:
    """Return the folder of a session's files in the dataset.

    Examples
    --------
    >>> folder_of(Session("100307", "test"))
    'sub-100307/ses-test/func'
    """
    return f"sub-{bids_label(session.subject)}/ses-{bids_label(session.session)}/func"


def file_name(session: Session, seg: str, stat: str, suffix: str, run: int | None = None) -> str:
    """Return the name of a session's file.

    Parameters
    ----------
    session
        The session.
    seg
        Label of the parcellation.
    stat
        Label of what was computed.
    suffix
        The end of the name with its ending, such as ``"relmat.tsv"``.
    run
        Number of the run, for a file of one of several runs.

    Examples
    --------
    >>> file_name(Session("01", "1"), "aal2", "mean", "timeseries.tsv", run=2)
    'sub-01_ses-1_task-rest_run-2_seg-aal2_stat-mean_timeseries.tsv'
    """
    parts = [f"sub-{bids_label(session.subject)}", f"ses-{bids_label(session.session)}"]
    parts += [f"task-{TASK}", *([] if run is None else [f"run-{run}"])]
    return "_".join([*parts, f"seg-{seg}", f"stat-{stat}", suffix])


def sidecar_name(table: str) -> str:
    """Return the name of a table's sidecar.

    Examples
    --------
    >>> sidecar_name("sub-01_task-rest_bold.tsv")
    'sub-01_task-rest_bold.json'
    """
    return f"{table.removesuffix('.tsv')}.json"


def check_labels(sessions: Iterable[Session], methods: Iterable[Method]) -> None:
    """Require that different sessions and methods have different labels.

    Raises
    ------
    ParameterError
        Naming two that would have the same files.
    """
    _check_different({session.key: folder_of(session) for session in sessions}, "sessions")
    _check_different({method.name: method_label(method.name) for method in methods}, "methods")


def _check_different(labels: dict[str, str], what: str) -> None:
    names: dict[str, str] = {}
    for name, label in labels.items():
        # Some file systems don't distinguish capitals.
        other = names.setdefault(label.lower(), name)
        if other != name:
            raise ParameterError(
                f"labels of BIDS have letters and digits only, so {what} must differ in these; "
                f"{other} and {name} would both be {label}: export one of them, or rename it"
            )
