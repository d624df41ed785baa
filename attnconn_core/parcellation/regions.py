"""Hemisphere and network or lobe of the regions of a parcellation."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Int

from attnconn_core.errors import AtlasError
from attnconn_core.names import composed

__all__ = ["RegionTable", "read_region_table"]

Grouping = Literal["network", "lobe"]
_SIDES = ("L", "R", "")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
# 17Networks_LH_VisCent_ExStr_1, 7Networks_RH_Vis_3
_SCHAEFER = re.compile(r"\d+Networks_([LR])H_([A-Za-z0-9]+)(?:_.+)?")


@dataclass(frozen=True)
class RegionTable:
    """Regions in the order of the columns, with their hemispheres and groups.

    Attributes
    ----------
    regions
        Region names, all different.
    groups
        Network (such as ``"VisCent"``) or lobe of each region; None if the parcellation has
        neither.
    hemispheres
        ``"L"``, ``"R"`` or, for a region in both or none, ``""``; None if not known.
    grouping
        What `groups` are: ``"network"`` or ``"lobe"``; None without groups.

    Raises
    ------
    AtlasError
        If names repeat or a column doesn't have one entry per region.
    """

    regions: tuple[str, ...]
    groups: tuple[str, ...] | None = None
    hemispheres: tuple[str, ...] | None = None
    grouping: Grouping | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "regions", tuple(map(composed, self.regions)))
        twice = sorted({name for name in self.regions if self.regions.count(name) > 1})
        if twice or not all(self.regions):
            raise AtlasError(
                "every region needs a different name; "
                + (f"more than once: {', '.join(twice[:5])}" if twice else "one has none")
            )
        strange = [name for name in self.regions if not name.isprintable()]
        if strange:
            raise AtlasError(f"names of regions must be printable; got {strange[0][:40]!r}")
        for what, column in (("group", self.groups), ("hemisphere", self.hemispheres)):
            if column is not None and len(column) != len(self.regions):
                raise AtlasError(
                    f"every region needs a {what}; got {len(column)} for {len(self.regions)}"
                )
        if (self.groups is None) != (self.grouping is None):
            raise AtlasError(
                "groups need a grouping, 'network' or 'lobe', and the reverse; "
                f"got {'no groups' if self.groups is None else 'groups'} "
                f"and grouping {self.grouping!r}"
            )
        sides = sorted(set(self.hemispheres or ()) - set(_SIDES))
        if sides:
            raise AtlasError(f"a hemisphere must be 'L', 'R' or ''; got {sides[0]!r}")

    @classmethod
    def ungrouped(cls, regions: Sequence[str]) -> "RegionTable":
        """Return a table of names only, without hemispheres and groups."""
        return cls(regions=tuple(regions))

    @classmethod
    def from_names(cls, regions: Sequence[str]) -> "RegionTable":
        """Return a table with the hemispheres and networks in the names.

        Schaefer's names contain hemisphere and network (Schaefer et al. 2018):
        ``17Networks_LH_VisCent_ExStr_1`` is L, VisCent. If any name doesn't, the
        table is ungrouped.
        """
        matches = [match for name in regions if (match := _SCHAEFER.fullmatch(name))]
        if not regions or len(matches) < len(regions):
            return cls.ungrouped(regions)
        return cls(
            regions=tuple(regions),
            groups=tuple(match[2] for match in matches),
            hemispheres=tuple("L" if match[1] == "L" else "R" for match in matches),
            grouping="network",
        )

    def order(self) -> Int[np.ndarray, " region"]:
        """Return the indices that sort regions by group.

        Groups are in the order of their first region. Within a group, left comes before right
        before neither; otherwise the order of the table is kept.
        """
        n_regions = len(self.regions)
        groups = self.groups or ("",) * n_regions
        rank = {group: number for number, group in enumerate(dict.fromkeys(groups))}
        sides = self.hemispheres or ("",) * n_regions
        keys = [
            (rank[group], _SIDES.index(side)) for group, side in zip(groups, sides, strict=True)
        ]
        return np.array(sorted(range(n_regions), key=keys.__getitem__), dtype=np.int64)

    def require_groups(self) -> tuple[str, ...]:
        """Return the groups.

        Raises
        ------
        AtlasError
            If the parcellation has none.
        """
        if self.groups is None:
            raise AtlasError(
                "this needs regions with networks or lobes; "
                f"the parcellation of {len(self.regions)} regions "
                f"({', '.join(self.regions[:3])}, …) has no networks and no lobes"
            )
        return self.groups


def read_region_table(path: Path) -> RegionTable:
    """Return a table of regions from a file, in the order of a series' columns.

    Parameters
    ----------
    path
        A ``.txt`` file with one name per line, or a ``.csv`` or ``.tsv`` with a column ``name``
        and, if known, ``hemisphere`` and one of ``group`` (or ``network``) and ``lobe``.

    Raises
    ------
    AtlasError
        If the file doesn't have this format. If it has names only, hemisphere and network are
        taken from Schaefer's names.
    """
    path = Path(path)
    try:
        text = composed(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as problem:
        raise AtlasError(
            f"{path}: a table of regions must be readable text; {problem}"
        ) from problem
    try:
        if path.suffix.lower() in _DELIMITERS:
            return _from_cells(text, _DELIMITERS[path.suffix.lower()])
        if "\t" in text:
            raise AtlasError(
                "a .txt file of regions must have one name per line; this has tabs: name it .tsv"
            )
        return RegionTable.from_names([line.strip() for line in text.splitlines() if line.strip()])
    except AtlasError as problem:
        raise AtlasError(f"{path}: {problem}") from problem


def _from_cells(text: str, delimiter: str) -> RegionTable:
    try:
        table = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
        lines = [(table.line_num, [cell.strip() for cell in row]) for row in table if any(row)]
    except csv.Error as problem:
        raise AtlasError(f"a table of regions must be separated values; {problem}") from problem
    columns = lines[0][1] if lines else []
    if columns.count("name") != 1:
        raise AtlasError(f"a table of regions needs a column 'name'; got {', '.join(columns)!r}")
    for number, row in lines[1:]:
        if len(row) != len(columns):
            raise AtlasError(
                f"every row must have a cell for every column, {len(columns)}; "
                f"line {number} has {len(row)}: {delimiter.join(row)[:60]}"
            )
    rows = [dict(zip(columns, row, strict=True)) for _, row in lines[1:]]
    given = [name for name in ("group", "network", "lobe") if name in columns]
    if len(given) > 1 or columns.count("hemisphere") > 1:
        raise AtlasError(
            "a table of regions may have one column of hemispheres and one of groups; "
            f"got {', '.join(columns)!r}"
        )
    names = [row["name"] for row in rows]
    if not given and "hemisphere" not in columns:
        return RegionTable.from_names(names)
    return RegionTable(
        regions=tuple(names),
        groups=tuple(row[given[0]] for row in rows) if given else None,
        hemispheres=(tuple(row["hemisphere"] for row in rows) if "hemisphere" in columns else None),
        grouping=None if not given else "lobe" if given[0] == "lobe" else "network",
    )
