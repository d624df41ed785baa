"""Regions: the columns of every series, and how they are grouped."""

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work

__all__ = ["make_regions"]


def make_regions(work: Work) -> Result:
    """Read the parcellation's regions, with the networks or lobes they belong to."""
    for path in work.source.shared_files():
        work.file(path)
    regions = work.source.region_table()
    return Result(
        files={"regions.parquet": regions},
        metrics={"regions": len(regions.regions), "groups": len(set(regions.groups or ()))},
        facts={"grouping": regions.grouping or "none"},
    )
