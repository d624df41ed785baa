"""Whether what a command prints can still be written."""

from typing import TextIO

__all__ = ["can_be_written"]


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
