"""The joint matrix of present and lagged values."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import require_samples

__all__ = ["with_past"]

_ROUNDING = 1e-12  # relative to a region's largest absolute value


def with_past(series: TimeSeries, lags: int) -> Float64[np.ndarray, "sample column"]:
    """Return every frame together with the `lags` frames before it, standardised by column.

    The first columns are the regions at the present frame, the next ones the regions one
    frame earlier, and so on to `lags`. Columns are centred within their run, which costs each
    of them one degree of freedom per run, and have unit deviation (ddof 0). No sample crosses
    a run's border; a run with fewer than two samples is left out.

    Parameters
    ----------
    series
        Series without NaN, infinite or constant signals; see
        `attnconn_core.timeseries.require_sound`.
    lags
        Number of past frames, 1 or more.

    Returns
    -------
    frames
        ``(lags + 1) * region`` columns.

    Raises
    ------
    SeriesError
        If fewer than three frames, not counting one per run, have `lags` frames before them in
        their run, or a region doesn't change in the frames that are left.
    """
    require_samples(series, f"a covariance with {lags} lags", lags=lags)
    parts = []
    for run in series.runs:
        if len(run) > lags + 1:
            # (sample, region, lag), the oldest frame first.
            cut = np.lib.stride_tricks.sliding_window_view(run.astype(np.float64), lags + 1, axis=0)
            part = cut[..., ::-1].transpose(0, 2, 1).reshape(len(cut), -1)
            parts.append(part - part.mean(axis=0))
    frames = np.concatenate(parts)
    deviation = frames.std(axis=0)
    # Rounding gives a constant column a small deviation; a float32 that changes has far more.
    size = np.max([np.abs(run).max(axis=0) for run in series.runs if len(run)], axis=0)
    moves = deviation > _ROUNDING * np.tile(size.astype(np.float64), lags + 1)
    if not moves.all():
        still = series.regions[int(np.argmin(moves)) % series.n_regions]
        raise SeriesError(
            f"every region must change within a run, beyond its first and last {lags} frames; "
            f"{still} doesn't"
        )
    scaled: Float64[np.ndarray, "sample column"] = np.divide(frames, deviation, out=frames)
    return scaled
