"""Atlases, CIFTI brain models and parcel means."""

from attnconn_core.parcellation.aal2 import aal2
from attnconn_core.parcellation.atlas import Atlas, load_atlas
from attnconn_core.parcellation.coverage import coverage
from attnconn_core.parcellation.held import held_by_any, regions_held
from attnconn_core.parcellation.label_image import LabelImage, load_label_image
from attnconn_core.parcellation.parcellate import ScanHeader, parcellate, read_scan_header
from attnconn_core.parcellation.ptseries import read_ptseries
from attnconn_core.parcellation.regions import RegionTable, read_region_table
from attnconn_core.parcellation.volumes import read_volume_header, volume_coverage, volume_means

__all__ = [
    "Atlas",
    "LabelImage",
    "RegionTable",
    "ScanHeader",
    "aal2",
    "coverage",
    "held_by_any",
    "load_atlas",
    "load_label_image",
    "parcellate",
    "read_ptseries",
    "read_region_table",
    "read_scan_header",
    "read_volume_header",
    "regions_held",
    "volume_coverage",
    "volume_means",
]
