"""Names of files whose parts are joined by a hyphen, as in ``sub-01-ses-1``."""

import re

__all__ = ["with_underscores"]

# Keys of BIDS in the names of series. Values have letters and digits only in BIDS; here also
# hyphens, which are common in names of subjects.
_JOINED = re.compile(r"-(?=(?:ses|run|task|space|acq|dir|echo|desc|seg|atlas)-[A-Za-z0-9])")


def with_underscores(name: str) -> str:
    """Return a file's name with an underscore in place of each hyphen before the key of a part.

    Examples
    --------
    >>> with_underscores("sub-01-ses-1.csv"), with_underscores("sub-HC-04_ses-1.csv")
    ('sub-01_ses-1.csv', 'sub-HC-04_ses-1.csv')
    """
    return _JOINED.sub("_", name)
