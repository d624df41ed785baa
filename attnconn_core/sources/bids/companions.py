"""Tables that lie beside a scan: confounds of fMRIPrep, motion and outliers of XCP-D."""

from pathlib import Path

from attnconn_core.errors import IdentifierError, ScanError
from attnconn_core.sources.bids.entities import BidsName, read_bids_name
from attnconn_core.sources.files import is_dangling
from attnconn_core.sources.stray_files import is_hidden

__all__ = [
    "confounds_table",
    "coverage_table",
    "label_table_beside",
    "motion_table",
    "outliers_table",
]

# Entities in which a table and its scan must agree; of others, the table has some of the scan's.
_IDENTITY = ("sub", "ses", "task", "run", "acq", "dir")


def confounds_table(scan: Path) -> Path | None:
    """Return fMRIPrep's table of confounds of a scan; None if there is none.

    Raises
    ------
    ScanError
        If there are several.
    """
    return _the_table(scan, ("timeseries", "regressors"), ("confounds",))


def motion_table(scan: Path) -> Path | None:
    """Return XCP-D's table of motion of a scan; None if there is none.

    Raises
    ------
    ScanError
        If there are several.
    """
    return _the_table(scan, ("motion",), (None, "filtered"))


def outliers_table(scan: Path) -> Path | None:
    """Return XCP-D's table of censored frames of a scan; None if there is none.

    Raises
    ------
    ScanError
        If there are several.
    """
    return _the_table(scan, ("outliers",), (None,))


def coverage_table(scan: Path) -> Path | None:
    """Return XCP-D's table of the coverage of a scan's parcels; None if there is none."""
    own = read_bids_name(scan)
    of_parcels = own.without("stat", "den")
    for path, name in _tables(scan.parent, ("bold", "coverage")):
        is_coverage = name.suffix == "coverage" or name.entities.get("stat") == "coverage"
        if is_coverage and name.without("stat", "den") == of_parcels:
            return path
    return None


def label_table_beside(atlas: Path) -> Path | None:
    """Return the table of a label image's labels that lies beside it; None if there is none.

    It has the image's name, or its suffix and some of its entities: templates have one table for
    all resolutions.
    """
    own = atlas.with_name(atlas.name.removesuffix(".gz").removesuffix(".nii") + ".tsv")
    if own.is_file():
        return own
    try:
        image = read_bids_name(atlas)
    except IdentifierError:
        return None
    tables = [
        path
        for path, name in _tables(atlas.parent, (image.suffix,))
        if name.entities.items() <= image.entities.items()
    ]
    return max(tables, key=lambda path: len(path.name), default=None)


def _the_table(
    scan: Path, suffixes: tuple[str, ...], descriptions: tuple[str | None, ...]
) -> Path | None:
    """Return the table beside a scan that has one of the suffixes and descriptions.

    Descriptions are tried in order. Other entities must be the scan's.
    """
    own = read_bids_name(scan)
    beside = _tables(scan.parent, suffixes)
    for description in descriptions:
        tables = [
            path
            for path, name in beside
            if name.entities.get("desc") == description and _is_of(name, own)
        ]
        if len(tables) > 1:
            raise ScanError(
                f"{scan}: a scan must have one table of {tables[0].stem.rpartition('_')[2]}; "
                f"{len(tables)} lie beside it: {', '.join(path.name for path in tables)}"
            )
        if tables:
            return tables[0]
    return None


def _is_of(table: BidsName, scan: BidsName) -> bool:
    same = all(table.entities.get(key) == scan.entities.get(key) for key in _IDENTITY)
    return same and table.without("desc").items() <= scan.entities.items()


def _tables(folder: Path, suffixes: tuple[str, ...]) -> list[tuple[Path, BidsName]]:
    endings = tuple(f"_{suffix}.tsv" for suffix in suffixes)
    tables = []
    for path in sorted(folder.iterdir()):
        if not path.name.endswith(endings) or is_hidden(path.name):
            continue
        if not (path.is_file() or is_dangling(path)):
            continue
        try:
            tables.append((path, read_bids_name(path)))
        except IdentifierError:
            continue  # no table of BIDS
    return tables
