"""Colour, marker, label and order of every method, derived from the registry.

Categories have the colours of Okabe & Ito (2008, "Color universal design"), which
colour-blind readers can distinguish; methods also differ in their markers, for readers
without colour.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.registry import methods as registered
from attnconn_core.figures.style import FAINT
from attnconn_core.forecasting import LINEAR_FORECASTERS

__all__ = ["INFORMED", "WARNED", "Look", "Styles", "default_styles"]

WARNED = "⚠"
"""Mark of a method whose matrices must not be interpreted."""

INFORMED = "†"
"""Mark of a cohort-informed method: a session's values also rest on other subjects' data."""

_MEANINGS = {
    INFORMED: "cohort-informed, also rests on other subjects' data",
    WARNED: "matrices that must not be interpreted",
}

_BLACK, _ORANGE, _SKY, _GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
_BLUE, _VERMILLION, _PURPLE = "#0072B2", "#D55E00", "#CC79A7"
_BROWN = "#7F3C0C"  # their remaining colours are hardly visible on white


@dataclass(frozen=True)
class Look:
    """Colour, marker and line of one method."""

    colour: str
    marker: str
    line: str = "-"
    size: float = 38.0


def _of_one_colour(colour: str, markers: str, line: str = "-") -> tuple[Look, ...]:
    return tuple(Look(colour, marker, line) for marker in markers)


# Family → looks of its methods, in the order of the registry, with two to spare for methods that
# are added; repeated from the first if a family has more.
_FAMILIES = {
    "correlation": _of_one_colour(_SKY, "osvP"),
    "partial correlation": _of_one_colour(_BLUE, "sDv^oP"),
    "granger": _of_one_colour(_GREEN, "^v<soD"),
    "lagged": _of_one_colour(_GREEN, "oDpPsv", "--"),
    "dynamics": _of_one_colour(_SKY, "^D<X"),
    "causal discovery": _of_one_colour(_VERMILLION, "sX<o"),
    "direction": _of_one_colour(_BLACK, "osvD^P<>*Xp"),
    "attention": (
        Look(_ORANGE, "D"),
        Look(_PURPLE, "p"),
        Look(_VERMILLION, "v"),
        Look(_VERMILLION, "*"),
    ),
    "ablation": _of_one_colour(_PURPLE, "Ds^vo"),
    "sensitivity": _of_one_colour(_VERMILLION, "Ds^P>"),
    "attention norm": _of_one_colour(_BROWN, "Ds^vo"),
}
# Configurations of a cohort model share their method's colour; marker and dashes differ.
_CONFIGURATIONS = (("D", "-"), ("d", "--"), ("<", "-."), (">", ":"), ("*", "-"), ("8", "--"))
# Linear forecasters, which aren't methods but are compared with them, in the order of their
# registry; session forecasters are dashed, cohort forecasters dotted.
_LINEAR = (
    Look("#6b6b6b", "o", "--"),
    Look("#9a7d0a", "s", "--"),
    Look(_BLACK, "^", "--"),
    Look("#9a7d0a", "D", "--"),
    Look("#6b6b6b", "v", ":"),
    Look(_BLACK, "*", ":"),
)
_LINEAR_FAMILY = "linear forecast"
_UNKNOWN = Look(FAINT, ".", ":")


class Styles:
    """Names, looks and order of methods, the same in every figure, table and sentence.

    All methods of the registry and all linear forecasters are known. Unknown names
    are shown with spaces for underscores, in grey, after all others.

    Parameters
    ----------
    methods
        Further methods, such as a study's: `Method.of` a configuration.
    warned
        Names of methods whose matrices must not be interpreted: their labels end in ⚠. Labels
        of cohort-informed methods end in †, by the registry.

    Attributes
    ----------
    cohort_informed
        Names of methods and linear forecasters that also rest on other subjects' data.
    """

    def __init__(self, methods: Iterable[Method] = (), warned: Iterable[str] = ()) -> None:
        known = {**registered(), **{method.name: method for method in methods}}
        configured = {
            name: method.base for name, method in known.items() if method.base is not None
        }
        by_family: dict[str, list[str]] = {}
        for name, method in known.items():
            if name not in configured:
                by_family.setdefault(method.family, []).append(name)
        order = [name for names in (*by_family.values(), LINEAR_FORECASTERS) for name in names]
        ranks = {name: rank for rank, name in enumerate(order)}
        self._ranks = {**ranks, **{name: ranks[base] for name, base in configured.items()}}
        self._labels = {name: method.label for name, method in known.items()}
        self._families = {name: method.family for name, method in known.items()}
        self._families |= dict.fromkeys(LINEAR_FORECASTERS, _LINEAR_FAMILY)
        self._looks = _looks(tuple(known.values()))
        for place, (name, linear) in enumerate(LINEAR_FORECASTERS.items()):
            self._labels[name], self._looks[name] = linear.label, _LINEAR[place % len(_LINEAR)]
        self._warned = frozenset(warned)
        self.cohort_informed = frozenset(
            [name for name, method in known.items() if method.cohort_informed]
            + [name for name, linear in LINEAR_FORECASTERS.items() if linear.cohort_informed]
        )

    def label(self, name: str) -> str:
        """Return a method's name for readers with its marks: ``"Attention (group, base) † ⚠"``.

        See `marks_of`; `meanings` explains the marks.
        """
        return " ".join([self.unmarked(name), *self.marks_of(name)])

    def unmarked(self, name: str) -> str:
        """Return a method's name for readers, without marks, for tables without subjects."""
        return self._labels.get(name) or name.replace("_", " ").strip() or "(no name)"

    def marks_of(self, name: str) -> tuple[str, ...]:
        """Return the marks of a method: `INFORMED`, `WARNED`, both or none."""
        marked = ((INFORMED, self.cohort_informed), (WARNED, self._warned))
        return tuple(mark for mark, names in marked if name in names)

    def meanings(self, names: Iterable[str]) -> list[str]:
        """Return the meaning of each mark in the labels of these methods."""
        marks = {mark for name in names for mark in self.marks_of(name)}
        return [f"{mark}: {said}" for mark, said in _MEANINGS.items() if mark in marks]

    def explanation(self, names: Iterable[str]) -> str:
        """Return the meanings of these methods' marks as the end of a sentence, with semicolons."""
        return "".join(f"; {meaning}" for meaning in self.meanings(names))

    def family(self, name: str) -> str:
        """Return the family of a method, such as ``"partial correlation"``; "other" if unknown."""
        return self._families.get(name, "other")

    def look(self, name: str) -> Look:
        """Return the method's colour, marker and line."""
        return self._looks.get(name, _UNKNOWN)

    def looks(self, names: Iterable[str]) -> dict[str, Look]:
        """Return the look of every name, without repetition, in the order of `sort`."""
        return {name: self.look(name) for name in self.sort(names)}

    def sort(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names sorted by family, families and methods in the order of the registry.

        Linear forecasters follow, then unknown names.
        """
        last = len(self._ranks)
        return tuple(sorted(names, key=lambda name: (self._ranks.get(name, last), name)))


@cache
def default_styles() -> Styles:
    """Return the styles of the registry, without configurations."""
    return Styles()


def _looks(methods: Sequence[Method]) -> dict[str, Look]:
    """Return a look for every method, by its position in its family or among configurations."""
    looks: dict[str, Look] = {}
    in_family: Counter[str] = Counter()
    for method in methods:
        if method.base is None:
            family = _FAMILIES.get(method.family, (_UNKNOWN,))
            looks[method.name] = family[in_family[method.family] % len(family)]
            in_family[method.family] += 1
    of_base: Counter[str] = Counter()
    # Sorted by name, so that a look doesn't depend on the order given.
    for method in sorted(methods, key=lambda method: method.name):
        if method.base is not None:
            marker, line = _CONFIGURATIONS[of_base[method.base] % len(_CONFIGURATIONS)]
            looks[method.name] = replace(looks[method.base], marker=marker, line=line)
            of_base[method.base] += 1
    return looks
