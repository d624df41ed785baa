"""AAL2: the 94 cerebral regions of the second automated anatomical labelling.

Names and their order are those of Rolls, Joliot & Tzourio-Mazoyer (2015), NeuroImage
122:1–5, left and right alternating, without the cerebellum. Lobes follow the anatomical
grouping of Tzourio-Mazoyer et al. (2002), NeuroImage 15:273–289, table 2, in which the
central region is a separate group, the temporal poles are limbic and the amygdala belongs to
the subcortical grey nuclei.
"""

from pathlib import Path

from attnconn_core.parcellation.regions import RegionTable, read_region_table

__all__ = ["aal2"]

_TABLE = Path(__file__).with_name("aal2.csv")


def aal2() -> RegionTable:
    """Return the 94 regions, with hemisphere and lobe."""
    return read_region_table(_TABLE)
