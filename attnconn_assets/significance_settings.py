"""Settings of significance: which edges are there, and where two groups differ."""

from typing import Literal

from pydantic import Field

from attnconn_assets.settings import Settings

__all__ = ["ContrastSettings", "SignificanceSettings"]


class SignificanceSettings(Settings):
    """Edges held against surrogates of their own scan; none by default.

    Attributes
    ----------
    methods
        Of the study's methods, those whose edges are tested, in every session.
    surrogates
        How many a session; each costs an estimate.
    kind
        See `attnconn_core.scoring.edge_significance`.
    """

    methods: tuple[str, ...] = ()
    surrogates: int = Field(1000, ge=1)
    kind: Literal["phase_randomise", "circular_shift"] = "phase_randomise"
    seed: int = Field(0, ge=0)


class ContrastSettings(Settings):
    """Two groups of subjects, compared by the network-based statistic.

    Attributes
    ----------
    column
        Of the phenotype table, after coding.
    first, second
        What it says of the subjects of either group; t is of first less second.
    threshold, side, size, permutations
        See `attnconn_core.scoring.network_based_statistic`.
    """

    column: str
    first: float | str
    second: float | str
    threshold: float = Field(3.0, ge=0)
    side: Literal["both", "greater", "less"] = "both"
    size: Literal["extent", "intensity"] = "extent"
    permutations: int = Field(5000, ge=1)
    seed: int = Field(0, ge=0)
