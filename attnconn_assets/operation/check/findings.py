"""Findings of a check: errors, warnings and the plan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from attnconn_core.wording import agreeing, few_and_more, told_once

__all__ = ["Findings", "listed"]

_SHOWN = 5


@dataclass
class Findings:
    """Errors, warnings and the plan of a study.

    Attributes
    ----------
    errors
        What can't be made, and what to do about it.
    warnings
        What can be made but may not be intended.
    plan
        What would be made, and its expected cost.
    blocked
        Asset → why it can't be made. Each is also an error, except those in `inapplicable`.
    session_names
        Names of the sessions, in order.
    inapplicable
        Assets in `blocked` that don't apply to this design; not making them isn't a failure.
    """

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)
    session_names: list[str] = field(default_factory=list)
    inapplicable: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """Yield all lines: errors, then warnings, then the plan."""
        parts = {"Errors": self.errors, "Warnings": self.warnings, "Would be made": self.plan}
        for heading, lines in parts.items():
            if lines:
                yield f"{heading} ({len(lines)})" if lines is not self.plan else heading
                yield from (f"  {line}" for line in lines)

    def warn_alike(self, what: str, reasons: Mapping[str, str]) -> None:
        """Add one warning for all sessions or files that share a reason; see `told_once`.

        Parameters
        ----------
        what
            What the names are followed by, such as ``"is left out"``; put into the plural if
            there are several names.
        reasons
            Session or file → reason.
        """
        self.warnings += [
            f"{listed(alike.names)} {agreeing(alike.names, what)}: {alike.message}"
            for alike in told_once(reasons.items())
        ]


def listed(names: Iterable[str]) -> str:
    """Return the first 5 names, and the number of the others."""
    return few_and_more(list(names), _SHOWN)
