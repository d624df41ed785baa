"""Asset checks: rules that must hold of a result before it is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["SOUND", "Check", "are_sound"]

#: The one check that Dagster shows of an asset: its metadata hold the verdict on each rule.
SOUND = "sound"


@dataclass(frozen=True)
class Check:
    """What became of one rule, and the numbers that keep or break it.

    Attributes
    ----------
    name, passed
        Of the rule.
    rule
        What must hold, in words.
    details
        What was found.
    in_words
        A sentence that says rule and finding by itself; by default they are put together.
    """

    name: str
    passed: bool
    rule: str
    details: Mapping[str, float | int | str] = field(default_factory=dict)
    in_words: str = ""

    @property
    def complaint(self) -> str:
        """The rule and what was found instead."""
        if self.in_words:
            return self.in_words
        found = "; ".join(f"{name}: {value}" for name, value in self.details.items())
        return f"{self.rule}, but {found}"

    @property
    def verdict(self) -> str:
        """One line for a page: kept, or the complaint."""
        if not self.passed:
            return f"broken: {self.complaint}"
        return f"kept ({'; '.join(f'{name}: {value}' for name, value in self.details.items())})"


def are_sound(checks: Iterable[Check]) -> bool:
    """Whether every rule is kept."""
    return all(check.passed for check in checks)
