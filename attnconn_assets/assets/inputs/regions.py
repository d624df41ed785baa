"""Regions: the columns of every series, and how they are grouped."""

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_core.sources import region_files, region_notes

__all__ = ["make_regions"]


def make_regions(work: Work) -> Result:
    """Read the parcellation's regions, with the networks or lobes they belong to."""
    with work.reading(*region_files(work.source)):
        regions = work.source.region_table()
        notes = region_notes(work.source)
    return Result(
        files={"regions.parquet": regions},
        metrics={"regions": len(regions.regions), "groups": len(set(regions.groups or ()))},
        facts={
            "grouping": regions.grouping or "none",
            **({"notes": list(notes)} if notes else {}),
        },
    )
