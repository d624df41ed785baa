"""Figure of a sweep: validation R² by the value of every hyper-parameter that varies."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.style import COLUMN, CROSS, INK, SMALL, canvas, heading, plain, tidy

__all__ = ["sweep_panel", "varied"]

_ACROSS = 3
_ONE, _OTHERS = "#0072B2", CROSS


def sweep_panel(configurations: pd.DataFrame, parameters: pd.DataFrame, best: str) -> Figure:
    """Draw one panel per hyper-parameter that varies, with one point per configuration.

    A configuration's point is blue if it differs from the reference in this hyper-parameter
    alone, so that nothing else explains the difference; all others are grey. The reference has
    the most frequent value of every hyper-parameter, or as many of them as any configuration.

    Parameters
    ----------
    configurations
        One row per configuration, named by the index: ``validation_r2``, NaN where there are no
        validation frames, and ``folds``, the number of models that it is the mean of.
    parameters
        The same rows, one column per hyper-parameter.
    best
        The configuration with a ring around its point.

    Raises
    ------
    ParameterError
        If no hyper-parameter varies among configurations with an R², or the two tables have
        different rows.
    """
    if list(configurations.index) != list(parameters.index):
        raise ParameterError(
            "configurations and parameters must have the same rows; got "
            f"{', '.join(map(str, configurations.index))} and "
            f"{', '.join(map(str, parameters.index))}"
        )
    judged = configurations[configurations["validation_r2"].notna()]
    values = parameters.loc[judged.index].map(_in_words)
    together = varied(values)
    if not together:
        raise ParameterError("a figure of a sweep needs a hyper-parameter that varies; got none")
    base = _reference(values)
    across = min(_ACROSS, len(together))
    down = -(-len(together) // across)
    figure = canvas(height=1.7 + 2.1 * down, width=COLUMN)
    panels = figure.subplots(down, across, squeeze=False, sharey=True)
    for place, axes in enumerate(panels.flat):
        if place >= len(together):
            axes.set_visible(False)
            continue
        names = together[place]
        same = values.drop(columns=list(names)).eq(base.drop(list(names))).all(axis=1)
        _draw(axes, _joined(values, names), judged["validation_r2"], same, best)
        axes.set_xlabel(plain(" and ".join(name.replace("_", " ") for name in names)), wrap=True)
        if place % across == 0:
            axes.set_ylabel("validation R²")
    _explain(figure)
    heading(
        figure,
        "Effect of hyper-parameters on validation R²",
        f"{len(judged)} configurations of a cohort model, each the mean of {_folds(judged)}; one "
        "seed each, so without an interval",
    )
    return figure


def varied(values: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the columns with several values; columns that change together are one tuple."""
    together: dict[tuple[int, ...], list[str]] = {}
    for name in values:
        codes, _ = pd.factorize(values[name])
        if len(set(codes)) > 1:
            together.setdefault(tuple(codes), []).append(str(name))
    return [tuple(names) for names in together.values()]


def _reference(values: pd.DataFrame) -> pd.Series:
    """Return the configuration that has the most frequent value of most hyper-parameters."""
    common = values.apply(lambda column: column.value_counts().idxmax())
    return values.iloc[int(values.eq(common).sum(axis=1).to_numpy().argmax())]


def _in_words(value: object) -> str:
    return "none" if value is None or value != value else str(value)


def _joined(values: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Return the values of columns that change together, each value once: "3", or "3 / 0.1"."""
    return values[list(names)].apply(lambda row: " / ".join(dict.fromkeys(row)), axis=1)


def _draw(axes: Axes, values: pd.Series, r2: pd.Series, same: pd.Series, best: str) -> None:
    ordered = sorted(values.unique(), key=_number)
    x = values.map({value: place for place, value in enumerate(ordered)}).to_numpy(dtype=float)
    y, alone = r2.to_numpy(dtype=np.float64), same.to_numpy()
    axes.scatter(x[~alone], y[~alone], s=22, color=_OTHERS, zorder=2)
    order = np.argsort(x[alone], kind="stable")
    axes.plot(x[alone][order], y[alone][order], "o-", color=_ONE, markersize=6, zorder=3)
    champion = values.index == best
    axes.scatter(
        x[champion], y[champion], s=130, facecolors="none", edgecolors=INK, linewidths=1.2, zorder=4
    )
    axes.set_xticks(range(len(ordered)), [plain(value) for value in ordered])
    axes.margins(y=0.12)
    axes.set_xlim(-0.5, len(ordered) - 0.5)
    tidy(axes, grid="y")


def _number(value: str) -> tuple[int, float, str]:
    """Return a sort key: numbers by size, then words."""
    try:
        return 0, float(value), ""
    except ValueError:
        return 1, 0.0, value


def _folds(judged: pd.DataFrame) -> str:
    folds: Sequence[int] = sorted(set(judged["folds"].astype(int)))
    n = f"{folds[0]}" if len(folds) == 1 else f"{folds[0]} to {folds[-1]}"
    return f"{n} fold" if n == "1" else f"{n} folds"


def _explain(figure: Figure) -> None:
    figure.legend(
        handles=[
            Line2D([], [], color=_ONE, marker="o", label="reference, or differs in this alone"),
            Line2D([], [], color=_OTHERS, marker="o", linestyle="", label="differs in others"),
            Line2D(
                [],
                [],
                color=INK,
                marker="o",
                markersize=11,
                markerfacecolor="none",
                linestyle="",
                label="champion",
            ),
        ],
        loc="outside lower center",
        ncols=3,
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
    )
