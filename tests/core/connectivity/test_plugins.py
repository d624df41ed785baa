import sys
import tomllib
from pathlib import Path

import importlib_metadata  # noqa: F401  (once imported, it finds every entry point; see plugins.py)
import numpy as np
import pytest

from attnconn_core.connectivity import ESTIMATORS, Estimator, estimators, installed_estimators
from attnconn_core.errors import ParameterError

EXAMPLE = Path(__file__).parents[3] / "examples/attnconn_coherence"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make a package's code and entry points findable, as an installer would."""

    def put(name, entries, code=None):
        described = tmp_path / f"{name.replace('-', '_')}-0.1.0.dist-info"
        described.mkdir()
        (described / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n"
        )
        lines = [f"{key} = {value}" for key, value in entries.items()]
        (described / "entry_points.txt").write_text("\n".join(["[attnconn.estimators]", *lines]))
        if code is not None:
            (tmp_path / "strange.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "strange", raising=False)

    return put


def test_the_example_is_found_and_estimates(install, monkeypatch, noise, as_series):
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    monkeypatch.syspath_prepend(str(EXAMPLE))
    install(project["name"], project["entry-points"]["attnconn.estimators"])
    estimators.cache_clear()
    try:
        every = estimators()
    finally:
        estimators.cache_clear()
    assert list(every) == [*ESTIMATORS, "coherence"]
    coherence = every["coherence"]()
    assert isinstance(coherence, Estimator)
    found = coherence.estimate(as_series(noise, noise[:100]))
    assert np.allclose(found.values, found.values.T)
    assert np.allclose(found.values.diagonal(), 1)
    assert 0 <= found.values.min() < found.values.max() <= 1 + 1e-12


GOOD = """
class Odd:
    method, directed, signed = "odd", True, False
    def estimate(self, series): ...
"""


@pytest.mark.parametrize(
    ("name", "code", "complaint"),
    [
        ("pearson", GOOD, "there is a method of this name already"),
        ("odd", "raise RuntimeError('broken')", "can't be imported: broken"),
        ("odd", "Odd = 3", r"must be a class with estimate\(series\); got 3"),
        ("odd", GOOD.replace("True", "1"), "must say directed, a bool; got 1"),
        ("even", GOOD, "says method 'odd'; the two must agree"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(install, name, code, complaint):
    install("strange-package", {name: "strange:Odd"}, code)
    with pytest.raises(ParameterError, match=f"estimator {name} of strange-package: .*{complaint}"):
        installed_estimators(ESTIMATORS)


def test_without_packages_there_are_only_ours():
    assert installed_estimators(ESTIMATORS) == {}
