"""The registry of linear forecasters: their names, labels and the data they use.

The fits are in `attnconn_core.forecasting.linear_forecasters`. They are separate so that
figures and tables, which only need the names, don't depend on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["LINEAR_FORECASTERS", "LinearKind"]


@dataclass(frozen=True)
class LinearKind:
    """A kind of linear forecaster.

    Attributes
    ----------
    name
        Name in tables and the store.
    label
        Name in figures and reports.
    description
        What it forecasts from, and what is penalised.
    cohort_informed
        Whether the forecast also uses other subjects' data; labels in figures and
        tables are then marked (`attnconn_core.figures.Styles.label`).
    """

    name: str
    label: str
    description: str
    cohort_informed: bool = False


_KINDS = (
    LinearKind("ar", "AR (own past)", "from each region's own past alone"),
    LinearKind("ridge_var", "Ridge VAR", "from all regions' past with one ridge penalty"),
    LinearKind(
        "ridge_var_own_past",
        "Ridge VAR, own past unpenalised",
        "the same without a penalty on a region's own past",
    ),
    LinearKind(
        "lag_weighted_var",
        "Lag-weighted VAR",
        "that with a penalty that grows with the lag",
    ),
    LinearKind(
        "cohort_var",
        "Cohort VAR",
        "with the mean coefficients of other subjects",
        cohort_informed=True,
    ),
    LinearKind(
        "hierarchical_var",
        "Hierarchical VAR",
        "penalised towards the mean coefficients of other subjects",
        cohort_informed=True,
    ),
)

#: Name → kind of linear forecaster. The first uses only each region's own past.
LINEAR_FORECASTERS: Mapping[str, LinearKind] = MappingProxyType({k.name: k for k in _KINDS})
