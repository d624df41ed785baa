"""What figures of scores need beside the scores."""

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
    """What figures of scores need beside the scores.

    Attributes
    ----------
    methods
        The methods of the study, in the order in which they are shown.
    regions
        The regions and the networks they belong to.
    design
        What two sessions of a subject are.
    styles
        Labels and looks of the methods; those of the registry if None.
    """

    methods: Sequence[MethodTraits]
    regions: RegionTable
    design: Design
    styles: Styles | None = None


#: Draws what a score found: the name of each figure → the figure.
Draw = Callable[[Scored, FigureContext], Mapping[str, Figure]]
