"""Windows gathered by index from series that stay in the device's memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import Scale, standardise, windows

__all__ = ["ResidentWindows"]


@dataclass(frozen=True, eq=False)
class ResidentWindows:
    """Standardised series of many sessions, and the first frame of each window.

    Windows overlap, so storing them would need window-length times the memory of the
    series.

    Attributes
    ----------
    frames
        Runs of every session, standardised and stacked.
    first_frame, session
        First frame and session of each window.
    deviation
        Deviation of each session and region, in raw units.
    input_window, output_window
        Number of input frames, and of predicted frames.
    """

    frames: Float[Tensor, "time region"]
    first_frame: Int[Tensor, " window"]
    session: Int[Tensor, " window"]
    deviation: Float[Tensor, "session region"]
    input_window: int
    output_window: int

    @classmethod
    def of(
        cls,
        series: Sequence[TimeSeries],
        scales: Sequence[Scale],
        input_window: int,
        output_window: int,
        device: torch.device,
    ) -> "ResidentWindows":
        """Return the windows of series, each standardised by its scale.

        Raises
        ------
        SeriesError
            If a series has no run long enough for one window.
        """
        frames, first, session, offset = [], [], [], 0
        for number, (session_series, scale) in enumerate(zip(series, scales, strict=True)):
            frames.append(standardise(session_series, scale).values)
            try:
                first.append(offset + _first_frames(session_series, input_window, output_window))
            except SeriesError as error:
                raise SeriesError(f"series {number + 1}: {error}") from error
            session.append(np.full(len(first[-1]), number))
            offset += session_series.n_frames
        return cls(
            frames=torch.from_numpy(np.concatenate(frames)).to(device),
            first_frame=torch.from_numpy(np.concatenate(first)).to(device),
            session=torch.from_numpy(np.concatenate(session)).to(device),
            deviation=torch.from_numpy(np.stack([scale.std for scale in scales])).to(device),
            input_window=input_window,
            output_window=output_window,
        )

    def __len__(self) -> int:
        return len(self.first_frame)

    def gather(
        self, index: Int[Tensor, " batch"]
    ) -> tuple[
        Float[Tensor, "batch region lag"],
        Float[Tensor, "batch region horizon"],
        Float[Tensor, "batch region 1"],
    ]:
        """Return inputs, targets and deviations of the windows with these numbers."""
        span = torch.arange(self.input_window + self.output_window, device=index.device)
        cut = self.frames[self.first_frame[index, None] + span].transpose(1, 2)
        deviation = self.deviation[self.session[index]].unsqueeze(-1)
        return cut[..., : self.input_window], cut[..., self.input_window :], deviation


def _first_frames(series: TimeSeries, input_window: int, output_window: int) -> np.ndarray:
    """Return the first frame of each window, in the stacked runs.

    It is found by calling `windows`, which alone defines windows, on a series of frame
    numbers. As float32 these are exact up to 16 million per session.
    """
    runs, start = [], 0
    for run in series.runs:
        runs.append(np.arange(start, start + len(run), dtype=np.float32)[:, None])
        start += len(run)
    numbers = replace(series, runs=tuple(runs), regions=("frame",))
    inputs, _ = windows(numbers, input_window, output_window)
    return inputs[:, 0, 0].astype(np.int64)
