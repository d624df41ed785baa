"""What every test stands on: checked shapes, the shared data, small seeded series."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import importlib_metadata  # noqa: F401  (its finder of entry points stands beside Python's)
import pytest
from jaxtyping import install_import_hook

# Shapes in the core's signatures are checked at run time while tests run; the hook
# must be in place before anything imports the core.
install_import_hook("attnconn_core", "beartype.beartype")

SHARED = Path(__file__).resolve().parents[2] / "shared"
DATA = Path(__file__).resolve().parent / "data"


@pytest.fixture(scope="session", autouse=True)
def as_from_a_shell() -> Iterator[None]:
    """What tests start is started as from a shell, also under ``make``, which messages tell."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("MAKELEVEL", "MAKEFLAGS", "ATTNCONN_STUDY", "DAGSTER_HOME"):
            patched.delenv(name, raising=False)
        yield


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


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make a package's entry points findable, and its module ``strange``, as an installer would."""
    folder = tmp_path / "site-packages"

    def put(name: str, group: str, entries: Mapping[str, str], code: str | None = None) -> None:
        described = folder / f"{name.replace('-', '_')}-0.1.0.dist-info"
        described.mkdir(parents=True)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n"
        (described / "METADATA").write_text(metadata)
        lines = [f"{key} = {value}" for key, value in entries.items()]
        (described / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
        if code is not None:
            (folder / "strange.py").write_text(code)
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, "strange", raising=False)

    return put
