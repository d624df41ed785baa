"""The registry of linear forecasters: what they are called, and what they rest on.

How each is fitted stands in `attnconn_core.forecasting.linear_forecasters`, apart from this,
so that figures and tables, which only name them, don't depend on it.
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
        In tables and the store.
    label
        In figures and reports.
    cohort_informed
        Whether a forecast rests on other subjects' data too; labels in figures and
        tables are marked (`attnconn_core.figures.Styles.label`).
    """

    name: str
    label: str
    cohort_informed: bool = False


_KINDS = (
    LinearKind("ar", "AR (own past)"),
    LinearKind("ridge_var", "Ridge VAR"),
    LinearKind("ridge_var_own_past", "Ridge VAR, own past unpenalised"),
    LinearKind("lag_weighted_var", "Lag-weighted VAR"),
    LinearKind("cohort_var", "Cohort VAR", cohort_informed=True),
    LinearKind("hierarchical_var", "Hierarchical VAR", cohort_informed=True),
)

#: Name → kind of linear forecaster. The first knows each region's own past alone.
LINEAR_FORECASTERS: Mapping[str, LinearKind] = MappingProxyType({k.name: k for k in _KINDS})
