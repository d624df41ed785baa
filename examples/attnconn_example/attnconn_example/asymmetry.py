"""A score: how much a method's connectivity depends on the direction."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from attnconn_core.connectivity import summarise
from attnconn_core.scoring import Read, Scored, ScoreData


@dataclass(frozen=True)
class Asymmetry:
    """The share of a matrix's edge power that lies in its antisymmetric part.

    Attributes
    ----------
    per_subject
        Whether the sessions of a subject are averaged first; otherwise every session is
        a row.
    """

    name: ClassVar[str] = "asymmetry"
    label: ClassVar[str] = "Asymmetry"
    description: ClassVar[str] = "How much connectivity depends on the direction, per method."
    reads: ClassVar[frozenset[Read]] = frozenset({"matrices"})

    per_subject: bool = True

    def score(self, data: ScoreData) -> Scored:
        """Return a row per method and subject (or session): ``asymmetry`` in [0, 1]."""
        rows = [
            (method.name, session.subject, self._asymmetry(data, method.name, session.key))
            for method in data.methods
            if method.directed
            for session in data.cohort.sessions
        ]
        scores = pd.DataFrame(rows, columns=["method", "subject", "asymmetry"])
        if self.per_subject:
            scores = scores.groupby(["method", "subject"], sort=False, as_index=False).mean()
        return Scored({"scores": scores}, {"sessions scored": len(data.cohort.sessions)})

    def _asymmetry(self, data: ScoreData, method: str, session: str) -> float:
        return summarise(data.whole_scan(method, session)).get("asymmetry", np.nan)
