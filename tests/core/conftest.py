"""What tests of plugins share: packages that seem to be installed."""

import sys

import importlib_metadata  # noqa: F401  (once imported, it finds every entry point; see plugins.py)
import pytest


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make a package's code and entry points findable, as an installer would."""

    def put(name, group, entries, code=None):
        described = tmp_path / f"{name.replace('-', '_')}-0.1.0.dist-info"
        described.mkdir()
        (described / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n"
        )
        lines = [f"{key} = {value}" for key, value in entries.items()]
        (described / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
        if code is not None:
            (tmp_path / "strange.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "strange", raising=False)

    return put
