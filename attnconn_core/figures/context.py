"""Data that figures of scores need beside the scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from attnconn_core.figures.method_styles import Styles
from attnconn_core.parcellation import RegionTable
from attnconn_core.scoring.score import MethodTraits, Scored
from attnconn_core.sources import Design

__all__ = ["Draw", "FigureContext"]


@dataclass(frozen=True)
class FigureContext:
    """Data that figures of scores need beside the scores.

    Attributes
    ----------
    methods
        Methods of the study, in the order in which they are shown.
    regions
        Regions, and the networks they belong to.
    design
        Whether a subject's two sessions are two scans, or two halves of one.
    styles
        Labels and looks of the methods; those of the registry if None.
    """

    methods: Sequence[MethodTraits]
    regions: RegionTable
    design: Design
    styles: Styles | None = None


#: Function that draws the result of a score: name of each figure → figure.
Draw = Callable[[Scored, FigureContext], Mapping[str, Figure]]
