"""Ensembles: the mean of forecasters that differ only in their seed."""

from collections.abc import Sequence
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.timeseries import Scale

__all__ = ["Ensemble", "members_of"]


class Ensemble(AttentionForecaster):
    """Forecasters of one architecture; forecast and attention are their mean.

    Parameters
    ----------
    members
        At least two forecasters with the same architecture, number of regions and scale.

    Raises
    ------
    ParameterError
        Unless there are at least two members, with the same architecture and number of regions.
    """

    def __init__(self, members: Sequence[AttentionForecaster]) -> None:
        nn.Module.__init__(self)
        if len(members) < 2:
            raise ParameterError(f"an ensemble needs at least 2 members; got {len(members)}")
        first = members[0]
        for number, member in enumerate(members, start=1):
            if (member.config, member.regions) != (first.config, first.regions):
                raise ParameterError(
                    "the members of an ensemble must have one architecture and the same number "
                    f"of regions; number {number} differs from the first"
                )
        self.config = first.config
        self._set_scale(first.mean, first.std)
        self.members = nn.ModuleList(members)

    def predict_standardised(
        self, z: Float[Tensor, "batch region lag"]
    ) -> tuple[Float[Tensor, "batch region horizon"], Float[Tensor, "batch target source"]]:
        """Return the members' mean prediction of standardised frames, and mean attention."""
        outputs = [member.predict_standardised(z) for member in members_of(self)]
        predicted, attention = (
            torch.stack(tensors).mean(dim=0) for tensors in zip(*outputs, strict=True)
        )
        return predicted, attention

    def with_scale(self, scale: Scale) -> "Ensemble":
        """Return a forecaster with the same weights (shared, not copied) and another scale."""
        return Ensemble([member.with_scale(scale) for member in members_of(self)])


def members_of(forecaster: AttentionForecaster) -> list[AttentionForecaster]:
    """Return the members of an ensemble, or a list of the forecaster itself."""
    if isinstance(forecaster, Ensemble):
        return [cast(AttentionForecaster, member) for member in forecaster.members]
    return [forecaster]
