"""A best method is named only where the tests say so."""

import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.figures import winners_panel
from attnconn_core.scoring.comparison.support import Support
from attnconn_core.scoring.comparison.verdicts import Compared
from attnconn_core.scoring.comparison.winner import Verdict

METHODS = ("pearson", "granger", "attention_subject")


def _compared(winner: str | None, values: tuple[float, ...], n: int = 40) -> Compared:
    scores = pd.DataFrame({"method": METHODS, "value": values, "n": n})
    return Compared(scores, pd.DataFrame(), Verdict(winner, (), ""), Support(n, fewest=29))


@pytest.fixture
def compared() -> dict[str, Compared]:
    nan = float("nan")
    return {
        "Age": _compared("granger", (0.1, 0.5, 0.2)),
        "PMAT": _compared(None, (0.3, 0.2, nan)),
        "Speed": _compared(None, (0.1, 0.2, 0.15)),
        "Nothing": _compared(None, (nan, nan, nan)),
    }


def test_bars_count_winners_and_hollow_ones_the_highest_r(compared) -> None:
    axes = winners_panel(compared).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "Pearson",
        "Granger (ridge)",
        "Attention (subject)",
    ]
    bars = [(round(bar.get_y() + 0.3), bar.get_x(), bar.get_width()) for bar in axes.patches]
    won, highest = bars[::2], bars[1::2]
    assert won == [(0, 0, 0), (1, 0, 1), (2, 0, 0)]
    assert highest == [(0, 0, 1), (1, 1, 1), (2, 0, 0)]
    assert [text.get_text() for text in axes.texts] == ["1", "1 + 1", "0"]
    assert axes.patches[2].get_facecolor() != axes.patches[3].get_facecolor()


def test_n_is_said_and_that_no_best_method_can_be_named(compared, written) -> None:
    figure = winners_panel(compared)
    said = " ".join(written(figure).split())
    assert "n = 40 subjects; a best method can be named for 1 of 4 measures" in said
    assert "number of measures, of 4" in said
    assert "fewer than" not in said
    few = {"Age": _compared(None, (0.1, 0.5, 0.2), n=7)}
    said = " ".join(written(winners_panel(few)).split())
    assert "named for 0 of 1 measure; in 1 there are fewer than the 29 subjects" in said


def test_nothing_is_cut_off(compared, cut_off, overlapping) -> None:
    figure = winners_panel(compared)
    assert not cut_off(figure)
    assert not overlapping(figure)


def test_no_target_is_refused() -> None:
    with pytest.raises(ParameterError, match="at least one target"):
        winners_panel({})
