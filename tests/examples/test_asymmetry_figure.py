"""The example's figure."""

import pandas as pd

from attnconn_core.figures import FigureContext, figures, score_figures
from attnconn_core.parcellation import RegionTable
from attnconn_core.scoring import Scored, scores


def test_the_score_is_drawn_by_the_package_s_own_figure(installed):
    table = pd.DataFrame(
        {"method": ["granger"] * 3 + ["patel_tau"] * 3, "asymmetry": [0.1, 0.2, 0.3, 0.9, 0.8, 1.0]}
    )
    context = FigureContext((), RegionTable(("a", "b")), "test-retest")
    drawn = score_figures(scores()["asymmetry"](), Scored({"scores": table}), context)
    assert figures()["asymmetry"].__module__ == "attnconn_example.asymmetry_figure"
    axes = drawn["figure"].axes[0]
    assert axes.get_title(loc="left") == "Asymmetry of every directed method"
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Granger (ridge)", "Patel's tau"]
