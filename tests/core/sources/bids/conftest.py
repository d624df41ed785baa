"""A small dataset of fMRIPrep, one of XCP-D, and atlases for both."""

from pathlib import Path

import pytest

from attnconn_core.sources.bids.derivatives import BidsDerivatives
from attnconn_core.sources.bids.settings import Confounds
from tests.bids_dataset import FmriPrep, XcpD, label_image, surface_atlas


@pytest.fixture
def fmriprep(tmp_path: Path) -> FmriPrep:
    return FmriPrep(tmp_path / "fmriprep")


@pytest.fixture
def xcpd(tmp_path: Path) -> XcpD:
    return XcpD(tmp_path / "xcp_d")


@pytest.fixture
def surfaces(tmp_path: Path) -> Path:
    return surface_atlas(tmp_path / "four.dlabel.nii")


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return label_image(tmp_path / "four.nii.gz")


@pytest.fixture
def source(fmriprep, surfaces):
    """Make the source of fMRIPrep's dense series; keys replace its own."""

    def make(**keys) -> BidsDerivatives:
        few = Confounds(strategy=("motion", "wm_csf"), motion="basic")
        return BidsDerivatives(
            **{"root": fmriprep.root, "atlas": surfaces, "confounds": few, **keys}
        )

    return make
