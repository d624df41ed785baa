from pathlib import Path

from attnconn_core.connectivity import METHODS, Pearson, method_table, methods_page
from attnconn_core.connectivity.method import Method

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
