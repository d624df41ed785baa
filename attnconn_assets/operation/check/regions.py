"""Whether the scans' regions are those of the stored results."""

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.storage import formats
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError, StoreError
from attnconn_core.sources import Source
from attnconn_core.wording import few_and_more

__all__ = ["other_regions_than_stored"]

_SHOWN = 3


def other_regions_than_stored(study: Study, source: Source) -> str:
    """Return how the scans' regions differ from those of the stored results; empty if they don't.

    Scans that were converted to a format without names, for example, keep their number of
    regions and lose the names.
    """
    store = store_of(study)
    entry = store.readable("regions", WHOLE)
    if entry is None:
        return ""
    try:
        stored = formats.read_regions(store.path(entry, "regions.parquet")).regions
        found = source.region_table().regions
    except (AttnconnError, StoreError, OSError):  # reported where the regions are made
        return ""
    if stored == found:
        return ""
    now, before = (few_and_more(list(names), _SHOWN) for names in (found, stored))
    both = f"{now}; before {before}"
    if set(stored) == set(found):
        return f"the regions are in another order than in the stored results: {both}"
    return (
        f"the regions aren't called as in the stored results: {both}. All results are made again "
        "under these names. If only the names were lost, as in .npy files, bring the earlier files "
        "back, or name the regions in a table (regions)"
    )
