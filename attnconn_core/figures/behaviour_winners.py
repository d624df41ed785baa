"""Figure of how often each method predicts behaviour best."""

from collections import Counter
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import method_rows
from attnconn_core.figures.style import COLUMN, FAINT, INK, SMALL, canvas, heading
from attnconn_core.scoring.comparison.verdicts import Compared

__all__ = ["winners_panel"]


def winners_panel(compared: Mapping[str, Compared], *, styles: Styles | None = None) -> Figure:
    """Draw for how many targets each method has the highest r, and for how many it is the best.

    A method is the best for a target if it beats 0 and every other method by the corrected
    tests (`attnconn_core.scoring.comparison.winner.verdict`), and there are enough subjects.
    For all other targets the highest r is drawn hollow: it may be chance.

    Parameters
    ----------
    compared
        Target → comparison, from `attnconn_core.scoring.comparison.verdicts.compare_targets`.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no target.
    """
    if not compared:
        raise ParameterError("a figure of the best methods needs at least one target; got none")
    styles = styles or default_styles()
    methods = {str(name) for of_target in compared.values() for name in of_target.scores["method"]}
    looks = styles.looks(methods)
    won, highest = _counts(compared)
    figure = canvas(height=1.9 + 0.3 * len(looks), width=COLUMN)
    axes = figure.subplots()
    for row, (method, look) in enumerate(looks.items()):
        _draw(axes, row, won[method], highest[method], look)
    method_rows(axes, [*map(styles.label, looks)])
    axes.set_xlim(0, 1.08 * max(*(won + highest).values(), 1))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(f"number of measures, of {len(compared)}")
    figure.legend(
        handles=[
            Patch(facecolor=FAINT, edgecolor=FAINT, label="best: beats 0 and every other method"),
            Patch(facecolor="white", edgecolor=FAINT, label="highest r, not shown to be the best"),
        ],
        loc="outside lower center",
        ncols=2,
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
    )
    heading(
        figure,
        "Which method predicts behaviour best, by number of measures",
        f"{_in_words(compared, won.total())}{styles.explanation(looks)}",
    )
    return figure


def _counts(compared: Mapping[str, Compared]) -> tuple[Counter[str], Counter[str]]:
    """Return, by method, the targets that it wins, and those where it only has the highest r."""
    won: Counter[str] = Counter()
    highest: Counter[str] = Counter()
    for of_target in compared.values():
        known = of_target.scores.dropna(subset=["value"])
        if of_target.verdict.winner is not None:
            won[of_target.verdict.winner] += 1
        elif len(known):
            highest[str(known.set_index("method")["value"].idxmax())] += 1
    return won, highest


def _in_words(compared: Mapping[str, Compared], named: int) -> str:
    n = [int(of_target.scores["n"].min()) for of_target in compared.values()]
    subjects = f"{min(n)}" if min(n) == max(n) else f"{min(n)} to {max(n)}"
    measures = "measure" if len(compared) == 1 else "measures"
    said = f"n = {subjects} subjects; a best method can be named for {named} of {len(compared)} "
    said += measures
    few = sum(not of_target.support.enough for of_target in compared.values())
    if few:
        fewest = next(iter(compared.values())).support.fewest
        said += f"; in {few} there are fewer than the {fewest} subjects that this takes"
    return said


def _draw(axes: Axes, row: int, won: int, highest: int, look: Look) -> None:
    axes.barh(row, won, height=0.6, color=look.colour, edgecolor=look.colour)
    axes.barh(row, highest, left=won, height=0.6, color="white", edgecolor=look.colour)
    axes.annotate(
        f"{won} + {highest}" if won and highest else f"{won or highest}",
        (won + highest, row),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=INK,
    )
