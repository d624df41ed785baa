"""Columns of fMRIPrep's tables that nilearn's strategies need."""

from collections.abc import Collection
from pathlib import Path

from attnconn_core.errors import ScanError
from attnconn_core.sources.bids.frame_tables import DISPLACEMENT
from attnconn_core.sources.bids.settings import Confounds, Scrub
from attnconn_core.wording import first_few

__all__ = ["DVARS", "require_columns"]

DVARS = "std_dvars"
"""Name of the column of standardised DVARS."""

_AXES = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
_SIGNALS = {
    "motion": _AXES,
    "wm_csf": ["csf", "white_matter"],
    "global_signal": ["global_signal"],
}
_TERMS = {
    "basic": [""],
    "power2": ["", "_power2"],
    "derivatives": ["", "_derivative1"],
    "full": ["", "_derivative1", "_power2", "_derivative1_power2"],
}
# Strategy → what the names of its columns have in common.
_FAMILIES = {"high_pass": "cosine", "ica_aroma": "aroma"}
_SHOWN = 6


def require_columns(
    path: Path, columns: Collection[str], confounds: Confounds, scrub: Scrub | None
) -> None:
    """Require the columns of every strategy; nilearn doesn't name all that are missing.

    Raises
    ------
    ScanError
        If a column is missing; the message names the strategy that needs it.
    """
    needed: dict[str, list[str]] = {"scrub": [DISPLACEMENT, DVARS] if scrub else []}
    for strategy in confounds.strategy:
        if strategy in _SIGNALS:
            terms = _TERMS[getattr(confounds, strategy)]
            needed[strategy] = [name + term for name in _SIGNALS[strategy] for term in terms]
    for use, names in needed.items():
        lacking = [name for name in names if name not in columns]
        if lacking:
            raise ScanError(
                f"{path}: must have the columns that {use} needs; it lacks "
                f"{first_few(lacking, _SHOWN)}. Take {use} out of the study, or use fMRIPrep 1.2 "
                "or later"
            )
    families = dict(_FAMILIES)
    if confounds.ica_aroma == "full":  # the scan itself is what ICA-AROMA cleaned
        del families["ica_aroma"]
    for use, part in families.items():
        if use in confounds.strategy and not any(part in name for name in columns):
            raise ScanError(
                f"{path}: must have columns named {part}… for {use}; it has none. Take {use} out "
                "of confounds.strategy in the study"
            )
