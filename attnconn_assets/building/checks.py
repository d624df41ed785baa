"""Asset checks: rules that a result must keep before it is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["SOUND", "Check", "are_sound"]

#: The one check per asset that Dagster shows; its metadata hold the verdict on each rule.
SOUND = "sound"


@dataclass(frozen=True)
class Check:
    """The verdict on one rule, with the numbers behind it.

    Attributes
    ----------
    name, passed
        Name of the rule, and whether it is kept.
    rule
        The rule in words.
    details
        Measured values.
    in_words
        A sentence with the rule and the finding; by default it is built from `rule` and `details`.
    """

    name: str
    passed: bool
    rule: str
    details: Mapping[str, float | int | str] = field(default_factory=dict)
    in_words: str = ""

    @property
    def complaint(self) -> str:
        """The rule and the finding that breaks it."""
        if self.in_words:
            return self.in_words
        finding = "; ".join(f"{name}: {value}" for name, value in self.details.items())
        return f"{self.rule}; {finding}"

    @property
    def verdict(self) -> str:
        """One line for a page: kept, or the complaint."""
        if not self.passed:
            return f"broken: {self.complaint}"
        return f"kept ({'; '.join(f'{name}: {value}' for name, value in self.details.items())})"


def are_sound(checks: Iterable[Check]) -> bool:
    """Whether every rule is kept."""
    return all(check.passed for check in checks)
