"""What every test stands on: checked shapes, the shared data, small seeded series."""

from pathlib import Path

import pytest
from jaxtyping import install_import_hook

# Shapes in the core's signatures are checked at run time while tests run; the hook
# must be in place before anything imports the core.
install_import_hook("attnconn_core", "beartype.beartype")

SHARED = Path(__file__).resolve().parents[2] / "shared"
DATA = Path(__file__).resolve().parent / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared data in {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def golden() -> Path:
    """Small figures that the reference computes, copied from the shared data."""
    return DATA / "golden"
