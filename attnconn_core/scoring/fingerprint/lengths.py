"""Identification from shorter scans, per method and scan length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore
from attnconn_core.scoring.fingerprint.identification_intervals import accuracy_interval

__all__ = ["AtLength", "lengths_tables"]


@dataclass(frozen=True, eq=False)
class AtLength:
    """Identification by one method from scans of one length.

    Attributes
    ----------
    hits
        For each subject, the share of the two directions in which it is identified.
    p_value
        p over random pairings, see `FingerprintScore`.
    """

    hits: Float[ndarray, " subject"]
    p_value: float

    @classmethod
    def of(cls, score: FingerprintScore) -> "AtLength":
        """Return the hits and p of a score, without its matrices of all pairs of subjects."""
        return cls(score.hits, score.p_value)

    @property
    def accuracy(self) -> float:
        """Share of subjects identified, mean of both directions."""
        return float(self.hits.mean())

    def row(self) -> dict[str, float]:
        """Return the accuracy, its 95 % interval and p."""
        low, high = accuracy_interval(self.accuracy, len(self.hits))
        return {
            "accuracy": self.accuracy,
            "accuracy_lower": low,
            "accuracy_upper": high,
            "p_value": self.p_value,
            "subjects": len(self.hits),
        }


def lengths_tables(
    by_method: Mapping[str, Mapping[int, AtLength]], subjects: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Return tables of accuracy by method and length, and of hits by subject.

    Parameters
    ----------
    by_method
        Method → frames → identification at that length.
    subjects
        Names of the subjects, in the order of the hits.

    Returns
    -------
    tables
        ``accuracy_by_frames``: ``method``, ``frames`` and the columns of `AtLength.row`.
        ``hits_by_frames``: ``frames``, ``subject``, and a column per method.
    """
    rows = [
        {"method": method, "frames": frames, **at_length.row()}
        for method, lengths in by_method.items()
        for frames, at_length in lengths.items()
    ]
    every = dict.fromkeys(frames for lengths in by_method.values() for frames in lengths)
    hits = [
        pd.DataFrame(
            {
                "frames": frames,
                "subject": list(subjects),
                **{method: of[frames].hits for method, of in by_method.items() if frames in of},
            }
        )
        for frames in every
    ]
    return {
        "accuracy_by_frames": pd.DataFrame(rows),
        "hits_by_frames": pd.concat(hits, ignore_index=True),
    }
