"""Methods as a terminal shows them."""

import pytest

from attnconn_core.connectivity import methods
from attnconn_core.connectivity.method_text import method_text, methods_text
from attnconn_core.errors import ParameterError


def test_every_method_that_a_study_may_name_has_a_line():
    lines = methods_text().splitlines()
    for method in methods().values():
        begin = (f"  {method.name} ", f"  {method.name}_<")
        own = [line for line in lines if line.startswith(begin)]
        assert len(own) == method.studied, method.name
    assert "  attention_group_<configuration>  " in methods_text()
    assert "Likelihood ratio (skew): Likelihood ratio of two linear" in methods_text()


def test_a_method_is_described_with_what_a_study_may_set():
    told = method_text("granger")
    assert told.startswith("granger: Granger (ridge)\nDrop in R²")
    assert "parameters  lags = chosen from the data, alpha = chosen from the data" in told
    assert told.endswith("in a study  methods: [granger]")
    assert method_text("granger_log_ratio").endswith("methods: [{granger_log_ratio: {lags: 1}}]")
    assert method_text("attention_group").endswith("methods: [attention_group_<configuration>]")


@pytest.mark.parametrize(
    ("name", "hint"), [("grangr", "did you mean granger"), ("xyz", "`attnconn methods` lists")]
)
def test_an_unknown_method_is_refused_with_a_hint(name, hint):
    with pytest.raises(ParameterError, match=hint):
        method_text(name)
