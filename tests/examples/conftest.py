"""The example package, installed for as long as the tests that ask for it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attnconn_core.connectivity import methods
from attnconn_core.figures import figures
from attnconn_core.scoring import scores
from attnconn_core.sources import sources
from tests.assets.conftest import (  # noqa: F401  (fixtures)
    empty_tracking,
    instance,
    run_line,
    write_study,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "attnconn_example"
REGISTRIES: tuple[Callable, ...] = (methods, sources, scores, figures)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip has installed the package into."""
    folder = tmp_path_factory.mktemp("site-packages")
    source = tmp_path_factory.mktemp("source") / EXAMPLE.name
    # A copy: what the build leaves behind must not lie in the checkout.
    subprocess.run(["cp", "-r", str(EXAMPLE), str(source)], check=True)
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, str(folder), str(source)], check=True
    )
    return folder


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the registries find the package."""
    monkeypatch.syspath_prepend(str(site))
    for registry in REGISTRIES:
        registry.cache_clear()
    yield
    for registry in REGISTRIES:
        registry.cache_clear()
