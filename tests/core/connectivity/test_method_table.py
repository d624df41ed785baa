from pathlib import Path

import pytest
from matplotlib.mathtext import MathTextParser

from attnconn_core.connectivity import METHODS, Pearson, method_table, methods_page
from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.peers.registry import PEERS

PAGE = Path(__file__).parents[3] / "docs/methods.md"
WRITE = "docs/methods.md is generated; write it again: make lists"


def test_the_page_is_what_the_registry_says():
    assert PAGE.read_text(encoding="utf-8") == methods_page(), WRITE


def test_every_method_has_a_row_that_says_what_it_is():
    rows = {line.split("`")[1]: line for line in method_table(METHODS.values()).splitlines()[2:]}
    names = [name.removesuffix("_<configuration>") for name in rows]
    assert names == list(METHODS)
    assert "attention_group_<configuration>" in rows
    assert rows["granger_log_ratio"] == (
        "| `granger_log_ratio` | Granger (log-ratio) | granger | yes | no | series "
        "| no | `lags` = 1 | Geweke 1982 |"
    )
    assert "`alpha` = None" in rows["granger"]
    assert "`measure` = skew (fixed)" in rows["likelihood_ratio_skew"]


def test_a_bar_in_a_label_ends_no_cell():
    (*_, row) = method_table([Method("odd", "a | b", "other", Pearson)]).splitlines()
    assert r"| a \| b |" in row


@pytest.mark.parametrize("method", [*METHODS.values(), *PEERS.values()], ids=lambda m: m.name)
def test_every_method_has_an_equation_that_can_be_set(method):
    MathTextParser("path").parse(f"${method.equation}$")
    assert f"$$\n{method.equation}\n$$" in methods_page()


@pytest.mark.parametrize("method", [*METHODS.values(), *PEERS.values()], ids=lambda m: m.name)
def test_a_method_that_cites_has_its_reference_on_the_page(method):
    sections = methods_page().split("\n### ")[1:]
    (section,) = [text for text in sections if f"`{method.study_name}`" in text.splitlines()[2]]
    author, _, year = method.citation.rpartition(" ")
    if year.isdigit():
        assert author.split()[0] in section
        assert year in section
