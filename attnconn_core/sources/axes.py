"""Check that time is the first axis of a file."""

from attnconn_core.errors import ScanError
from attnconn_core.sources.array_files import ArrayFile
from attnconn_core.timeseries import orientation

__all__ = ["require_time_first"]


def require_time_first(file: ArrayFile) -> None:
    """Require that a file is (time, region) and not (region, time).

    A scan may have fewer frames than regions. It is refused if its values show that
    the other axis is time; see `attnconn_core.timeseries.orientation`. Don't call it for files
    whose regions are named in a table, which fixes their number.

    Parameters
    ----------
    file
        The file as read.

    Raises
    ------
    ScanError
        If time is the second axis; or if regions have no names and outnumber the frames, and the
        values don't show that time is the first axis.
    """
    axes = orientation(file.values)
    shape = file.values.shape
    if axes.surely_turned:
        raise ScanError(
            f"{file.path}: a series must be (time, region), and this looks like (region, time). "
            f"Transpose it; its shape is {shape}. If the axes are right, name its regions in a "
            f"table (regions). The evidence: {axes.in_words}"
        )
    wide = file.regions is None and shape[0] < shape[1]
    if wide and not axes.shows_time_first:
        raise ScanError(
            f"{file.path}: without a table of regions a series must have at least as many "
            f"frames as regions, unless its values show which axis is time; got {shape}, which "
            "could also be (region, time). Transpose it, or name its regions in a table (regions)"
        )
