"""What commands print to: bars in a terminal, and whether it can still be written."""

import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["TITLE", "bar", "can_be_written"]

TITLE = 38
"""Width of the text before a bar, which the longest names of assets fill."""


def bar(total: int, what: str, ending: str = "") -> "tqdm":
    """Return a bar of progress, which is drawn in a terminal alone.

    Elsewhere, such as in a file, every step of a bar would be a line of its own.

    Parameters
    ----------
    total
        Number of steps.
    what
        Text before the bar.
    ending
        Field of tqdm after the time, such as ``"{postfix}"``.
    """
    from tqdm import tqdm

    return tqdm(
        total=total,
        desc=f"{what:{TITLE}}",
        bar_format=f"{{desc}} {{bar:24}} {{n_fmt}}/{{total_fmt}} [{{elapsed}}{ending}]",
        file=sys.stdout,
        disable=not sys.stdout.isatty(),
    )


def can_be_written(stream: TextIO) -> bool:
    """Whether what was printed to a stream reaches its file, terminal or pipe.

    Parameters
    ----------
    stream
        Such as ``sys.stdout``. A line's end is written to it as a test.

    Examples
    --------
    >>> import io
    >>> can_be_written(io.StringIO("text"))
    True
    """
    try:
        stream.write("\n")
        stream.flush()
    except (OSError, ValueError):  # a full disk or a closed pipe; a closed stream
        return False
    return True
