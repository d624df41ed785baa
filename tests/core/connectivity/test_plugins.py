import pytest

from attnconn_core.connectivity import methods
from attnconn_core.errors import ParameterError

GROUP = "attnconn.estimators"


@pytest.fixture
def afresh():
    """Look for installed packages again, now and after the test."""
    methods.cache_clear()
    yield
    methods.cache_clear()


GOOD = """
class Odd:
    method, directed, signed = "odd", True, False
    def estimate(self, series): ...
"""


@pytest.mark.usefixtures("afresh")
def test_a_class_may_say_how_it_is_shown(install):
    shown = 'label, family, citation = "Odd one", "lagged", "Doe 2001"'
    install("strange-package", GROUP, {"odd": "strange:Odd"}, f"{GOOD}    {shown}\n")
    odd = methods()["odd"]
    assert (odd.label, odd.family, odd.citation) == ("Odd one", "lagged", "Doe 2001")
    assert (odd.directed, odd.signed, odd.module) == (True, False, "strange")
    assert odd.description == "Odd one"  # the class has no docstring
    assert dict(odd.defaults) == {}


@pytest.mark.parametrize(
    ("name", "code", "complaint"),
    [
        ("odd", "raise RuntimeError('broken')", "can't be imported: broken"),
        ("odd", "Odd = 3", r"must be a class with estimate\(series\); got 3"),
        (
            "odd",
            GOOD.replace("True", "1"),
            "must have directed, a class variable of type bool; got 1",
        ),
        ("odd", GOOD + "    label = 3\n", "must have label, a class variable of type str; got 3"),
        (
            "odd",
            GOOD + "    def __init__(self, order, lags=1): ...\n",
            r"every setting of its class needs a default, as Odd\(\) must make one; there is none "
            "for: order",
        ),
        ("even", GOOD, "has as `method`; got 'even' and 'odd'"),
    ],
)
@pytest.mark.usefixtures("afresh")
def test_what_cannot_be_used_is_refused_by_name(install, name, code, complaint):
    install("strange-package", GROUP, {name: "strange:Odd"}, code)
    assert {name, "odd"}.isdisjoint(methods())
    with pytest.raises(ParameterError, match=f"method {name} of strange-package: .*{complaint}"):
        methods()[name]


@pytest.mark.parametrize("name", ["pearson", "pcmci"])
@pytest.mark.usefixtures("afresh")
def test_a_name_of_ours_is_refused(install, name):
    install("strange-package", GROUP, {name: "strange:Odd"}, GOOD)
    with pytest.raises(ParameterError, match="there is a method of this name already"):
        methods()
