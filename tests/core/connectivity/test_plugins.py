import tomllib
from pathlib import Path

import numpy as np
import pytest

from attnconn_core.connectivity import (
    ESTIMATORS,
    METHODS,
    Estimator,
    estimators,
    installed_methods,
    methods,
)
from attnconn_core.errors import ParameterError

EXAMPLE = Path(__file__).parents[3] / "examples/attnconn_coherence"
GROUP = "attnconn.estimators"


@pytest.fixture
def afresh():
    """Look for installed packages again, now and after the test."""
    methods.cache_clear()
    yield
    methods.cache_clear()


def test_the_example_is_found_and_estimates(install, afresh, monkeypatch, noise, as_series):
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    monkeypatch.syspath_prepend(str(EXAMPLE))
    install(project["name"], GROUP, project["entry-points"][GROUP])
    every = methods()
    assert list(every) == [*METHODS, "coherence"]
    assert list(estimators()) == [*ESTIMATORS, "coherence"]
    method = every["coherence"]
    assert (method.label, method.family, method.needs) == ("coherence", "other", "series")
    assert (method.directed, method.signed) == (False, False)
    coherence = method.make()
    assert isinstance(coherence, Estimator)
    series = as_series(noise, noise[:100])
    found = coherence.estimate(series)
    assert np.allclose(found.values, found.values.T)
    assert np.allclose(found.values.diagonal(), 1)
    assert 0 <= found.values.min() < found.values.max() <= 1 + 1e-12
    narrow = method.with_parameters(high=0.05).make().estimate(series)
    assert not np.allclose(narrow.values, found.values)


GOOD = """
class Odd:
    method, directed, signed = "odd", True, False
    def estimate(self, series): ...
"""


def test_a_class_may_say_how_it_is_shown(install):
    shown = 'label, family, citation = "Odd one", "lagged", "Doe 2001"'
    install("strange-package", GROUP, {"odd": "strange:Odd"}, f"{GOOD}    {shown}\n")
    odd = installed_methods(METHODS)["odd"]
    assert (odd.label, odd.family, odd.citation) == ("Odd one", "lagged", "Doe 2001")
    assert (odd.directed, odd.signed, odd.module) == (True, False, "strange")
    assert odd.description == "Odd one"  # the class has no docstring
    assert dict(odd.defaults) == {}


@pytest.mark.parametrize(
    ("name", "code", "complaint"),
    [
        ("pearson", GOOD, "there is a method of this name already"),
        ("odd", "raise RuntimeError('broken')", "can't be imported: broken"),
        ("odd", "Odd = 3", r"must be a class with estimate\(series\); got 3"),
        ("odd", GOOD.replace("True", "1"), "must say directed, a bool; got 1"),
        ("odd", GOOD + "    label = 3\n", "must say label, a str; got 3"),
        ("even", GOOD, "says method 'odd'; the two must agree"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(install, name, code, complaint):
    install("strange-package", GROUP, {name: "strange:Odd"}, code)
    with pytest.raises(ParameterError, match=f"method {name} of strange-package: .*{complaint}"):
        installed_methods(METHODS)


def test_without_packages_there_are_only_ours():
    assert installed_methods(METHODS) == {}
