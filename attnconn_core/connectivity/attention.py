"""Mean attention of a trained forecaster, read as connectivity."""

from dataclasses import dataclass
from typing import ClassVar

from attnconn_core.connectivity.read_out import read_on
from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.annotations import AttentionForecaster
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Attention"]


@dataclass(frozen=True, eq=False)
class Attention:
    """Mean attention of a trained forecaster from each target to each source region.

    Attributes
    ----------
    forecaster
        The trained forecaster.
    method
        Name of the variant, such as ``"attention_subject"``.
    test_fraction
        Share of the frames, at the end of the series, on which forecast skill is measured. A
        forecaster that was trained on this series must not have been trained on these frames.
        None: no skill is measured.
    rescale
        True: the forecaster standardises the series by the mean and deviation of the frames
        before the test part. Use it for cohort models, which are trained on standardised
        sessions. False: by the mean and deviation stored in the forecaster.
    saw_subject
        Whether the forecaster was trained on any scan of the subject of the series; None if
        this isn't known.

    References
    ----------
    The original study, tsoj/fmri_attention_connectivity.

    Examples
    --------
    >>> import torch
    >>> from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> config = ForecasterConfig(input_window=5, hidden_dim=8)
    >>> forecaster = AttentionForecaster(config, torch.zeros(6), torch.ones(6))  # untrained
    >>> Attention(forecaster).estimate(series).values.sum(axis=1).round(3)
    array([1., 1., 1., 1., 1., 1.])
    """

    forecaster: AttentionForecaster
    method: str = "attention"
    test_fraction: float | None = None
    rescale: bool = False
    saw_subject: bool | None = None

    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = (
        r"w_{ij} = \frac{1}{n} \sum_t a_{ij}(t), \quad "
        r"a_{ij} = \frac{\max(0, s_{ij})}{\sum_{k \neq i} \max(0, s_{ik})}, \quad "
        r"s_{ij} = (W_{ij} q_i + c_{ij})^{\top} k_j"
    )

    def __post_init__(self) -> None:
        if not hasattr(self.forecaster, "regions"):
            raise ParameterError(
                f"Attention needs a trained forecaster; got {type(self.forecaster).__name__}. "
                "Pass fit(…).forecaster"
            )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the mean attention over every window of the series, without dropout.

        Metrics: `empty_rows`, the share of rows (one per window and target) in which no
        region was attended to; `row_sum_error`, the largest distance of a row's sum from
        the nearer of 0 and 1; `n_windows`; `r2` (mean per-region), `r2_pooled`, `mse` and
        quantiles of R² over regions on the test part, if there is one; and `saw_subject`, 1 or
        0, if it is known.

        Raises
        ------
        ParameterError
            If the series and the forecaster have different numbers of regions.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or no run
            is long enough for one window.
        """
        from attnconn_core.forecasting.reading import mean_attention

        require_sound(series, self.method)
        forecaster, judged = read_on(
            series,
            self.forecaster,
            test_fraction=self.test_fraction,
            rescale=self.rescale,
            saw_subject=self.saw_subject,
        )
        reading = mean_attention(forecaster, series)
        metrics = {
            "empty_rows": float(reading.empty_rows),
            "row_sum_error": float(reading.row_sum_error),
            "n_windows": float(reading.n_windows),
            **judged,
        }
        return Connectivity(reading.values, series.regions, self.method, self.directed, metrics)
