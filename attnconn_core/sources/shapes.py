"""The shape of a session from headers: frames, regions, seconds; no signal is read."""

from dataclasses import dataclass

from attnconn_core.names import composed

__all__ = ["SessionShape"]


@dataclass(frozen=True)
class SessionShape:
    """Properties of a session that are known before it is read.

    Attributes
    ----------
    runs
        Number of frames of every run.
    regions
        Number of regions; None if only parcellation gives it.
    repetition_time
        Seconds; None if the files don't state it.
    names
        Names of the regions, in order; None if the files don't state them.
    """

    runs: tuple[int, ...]
    regions: int | None = None
    repetition_time: float | None = None
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.names is not None:
            object.__setattr__(self, "names", tuple(map(composed, self.names)))

    @property
    def frames(self) -> int:
        """Number of frames of all runs."""
        return sum(self.runs)

    def longest_run(self, test_fraction: float) -> int:
        """Return the frames of the longest run in the training or test part, whichever is shorter.

        The parts are those of `attnconn_core.timeseries.split`.
        """
        border, start = int(self.frames * (1 - test_fraction)), 0
        before, after = [0], [0]
        for length in self.runs:
            at = min(max(border - start, 0), length)
            before.append(at)
            after.append(length - at)
            start += length
        return min(max(before), max(after))
