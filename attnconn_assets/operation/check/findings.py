"""Findings: what can't be made, what may not be meant, and what would be made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from attnconn_core.wording import agreeing, few_and_more, told_once

__all__ = ["Findings", "listed"]

_SHOWN = 5


@dataclass
class Findings:
    """What a check finds.

    Attributes
    ----------
    errors
        What can't be made of what the study says, and what to do.
    warnings
        What can be made, and may not be meant.
    plan
        What would be made, and what that may take.
    blocked
        Asset → why nothing that is done can make it. Part of the errors, but for those in
        `inapplicable`.
    inapplicable
        Assets in `blocked` that this design has no use for: that they are not made is no failure.
    """

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)
    inapplicable: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """Say everything: errors, then warnings, then what would be made."""
        parts = {"Errors": self.errors, "Warnings": self.warnings, "Would be made": self.plan}
        for heading, told in parts.items():
            if told:
                yield f"{heading} ({len(told)})" if told is not self.plan else heading
                yield from (f"  {line}" for line in told)

    def warn_alike(self, what: str, reasons: Mapping[str, str]) -> None:
        """Add a warning per reason, with those whom it concerns; see `told_once`.

        Parameters
        ----------
        what
            Is said of each, such as ``"is left out"``.
        reasons
            Session or file → why.
        """
        self.warnings += [
            f"{listed(alike.names)} {agreeing(alike.names, what)}: {alike.message}"
            for alike in told_once(reasons.items())
        ]


def listed(names: Iterable[str]) -> str:
    """Name a few, and say how many more there are."""
    return few_and_more(list(names), _SHOWN)
