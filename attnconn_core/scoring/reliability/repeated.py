"""Agreement of a session's matrices when estimation is repeated."""

import numpy as np
import pandas as pd

from attnconn_core.records import Connectivity
from attnconn_core.scoring.reliability.agreement import agreement
from attnconn_core.scoring.reliability.jackknife import ENDS, mean_correlations
from attnconn_core.scoring.score import MethodTraits, ScoreData

__all__ = ["HALVES", "SEEDS", "mean_agreement", "sessions_of"]

SEEDS, HALVES = "seeds", "halves"

_COLUMNS = ["subject", "session", "what", "seed", "r", "rank_r"]


def sessions_of(data: ScoreData, method: MethodTraits) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the agreement of repeated matrices for every session of the cohort.

    Returns
    -------
    sessions, left_out
        One row per session and repetition: ``subject``, ``session``, ``what`` (`SEEDS`:
        agreement with the complete scan's matrix by the method's own model; `HALVES`: agreement
        of the two halves), ``seed`` (its number, from 2; NaN for halves), ``r`` and ``rank_r``.
        And session → what is missing, and why.
    """
    rows: list[tuple[object, ...]] = []
    left_out: dict[str, str] = {}

    def add(where: tuple[str, str, str], seed: float, a: Connectivity, b: Connectivity) -> None:
        correlations = agreement(a, b)
        rows.append((*where, seed, correlations.r, correlations.rank_r))

    for session in data.cohort.sessions:
        repeats = data.repeats(method.name, session.key)
        who = (session.subject, session.session)
        if repeats.reseeded:
            stored = data.whole_scan(method.name, session.key)
            for seed, other in sorted(repeats.reseeded.items()):
                add((*who, SEEDS), float(seed), stored, other)
        if repeats.halves is not None:
            add((*who, HALVES), float("nan"), *repeats.halves)
        if repeats.left_out:
            left_out[session.key] = "; ".join(f"{k}: {v}" for k, v in repeats.left_out.items())
    return pd.DataFrame(rows, columns=_COLUMNS), left_out


def mean_agreement(sessions: pd.DataFrame, what: str) -> dict[str, float]:
    """Return means over a subject's sessions, then over subjects, with intervals over subjects.

    Returns
    -------
    numbers
        ``<what>_r`` and ``<what>_rank_r``, each with ``_lower`` and ``_upper``, within −1 and 1,
        and ``<what>_n``, the number of subjects. NaN where there is none.
    """
    own = sessions[sessions["what"] == what]
    by_subject = own.groupby("subject")[["r", "rank_r"]].mean().dropna()
    if not len(by_subject):
        columns = [f"{what}_{name}{end}" for name in ("r", "rank_r") for end in ENDS]
        return {**dict.fromkeys(columns, float("nan")), f"{what}_n": 0.0}
    values = {f"{what}_{name}": by_subject[name].to_numpy(np.float64) for name in ("r", "rank_r")}
    return {**mean_correlations(values), f"{what}_n": float(len(by_subject))}
