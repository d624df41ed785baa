"""What a run of the whole line is told of, and what it came to."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from attnconn_assets.building.causes import Cause, told, told_apart
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.wording import few_and_more, told_once

__all__ = ["Listener", "Outcome", "Step"]

_SHOWN = 5  # of many names that one line is said of


@dataclass(frozen=True)
class Step:
    """One asset as the runner comes to it: how many partitions to make, stand and wait."""

    asset: str
    to_make: int
    standing: int
    waiting: int = 0


class Listener(Protocol):
    """Who is told how a run of the whole line goes."""

    def step(self, step: Step) -> None:
        """The next asset begins."""

    def made(self) -> None:
        """One more of its partitions is made."""

    def said(self, message: str) -> None:
        """An asset's body says how far it is."""


@dataclass
class Outcome:
    """What a run of the whole line came to.

    Attributes
    ----------
    sessions
        Keys of the sessions whose scans are there; None where nobody looked.
    made, standing
        How many partitions were made here, and how many others are as they should be.
    failed, waiting
        Partitions that couldn't be made, ``asset of partition`` → why.
    refused
        What the source has and can't give as a session → why.
    passing
        Those of `failed` that failed for no fault of what they are made from.
    deleted
        Sessions whose partitions somebody deleted, and whose scans are there.
    moved
        Aliases of registered models that a person has moved in MLflow, and that stay there: where
        each points, and how it is set again.
    inapplicable
        Partitions that can't be made and that this design doesn't call for, such as a comparison
        of two sessions where everybody has one → why.
    damaged
        Partitions that were found damaged in the store → what was found.
    recorded
        How many partitions Dagster didn't know, though the store has them.
    rebuilt
        How many partitions' runs in MLflow were gone, and were made again.
    corrected
        ``"Dagster"``, ``"MLflow"`` → of how many partitions it showed another result than the store
        holds.
    registered
        Versions of models that MLflow's registry no longer had, and that were registered again.
    restored
        Names of experiments of MLflow that a person had deleted, and that were restored.
    """

    sessions: frozenset[str] | None = None
    made: int = 0
    standing: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, tuple[Cause, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    passing: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    inapplicable: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    recorded: int = 0
    rebuilt: int = 0
    corrected: Counter[str] = field(default_factory=Counter)
    registered: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)

    def heals(self) -> Iterator[str]:
        """Say what was damaged or lost, and what became of it."""
        for name, why in self.damaged.items():
            still = name in self.failed or name in self.waiting
            yield f"{name} was damaged{'' if still else ', and was made again'}: {why}"
        if self.restored:
            yield (
                "deleted in MLflow, and restored with its runs, which are of what is stored: "
                f"{few_and_more(self.restored, _SHOWN)}"
            )
        if self.rebuilt:
            yield (
                f"MLflow had lost the runs of {_number(self.rebuilt)}; they are there again from "
                "the store, with new ids. Lost are curves of trainings, durations, pictures that "
                "the store doesn't hold, and failed and earlier runs"
            )
        if self.recorded:
            yield (
                f"Dagster didn't know of {_number(self.recorded)} that the store has: recorded "
                "there again, without the logs, pictures and tables of the runs that made them, "
                "which Dagster alone had"
            )
        if self.corrected:
            shown = [f"{who} ({_number(n)})" for who, n in self.corrected.items()]
            yield (
                f"{' and '.join(shown)} showed other results than the store holds, as after a "
                "backup of one of them was restored: what the store holds is shown again"
            )
        if self.registered:
            yield (
                "MLflow's registry lacked the version, the alias or the files of "
                f"{few_and_more(self.registered, _SHOWN)}: registered again. They come back as "
                "long as the study trains models of the cohort, which it does for the methods that "
                "read them"
            )

    def failures(self) -> Iterator[str]:
        """Say what failed and why, partitions of an asset that failed alike in one line."""
        parts = (name.partition(" of ") for name in self.failed)
        whys = self.failed.values()
        yield from told_apart(
            Cause(asset, partition, why, failed=True)
            for (asset, _, partition), why in zip(parts, whys, strict=True)
        )

    def waits(self) -> Iterator[str]:
        """Say what can't be made for what, all that can't for the same in one line.

        Why something failed is said of it by `failures`, and not again.
        """
        alike: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        waiting = ((name, self._why(name, causes)) for name, causes in self.waiting.items())
        for same in told_once(waiting, whoever=True):
            for asset, _, partition in (name.partition(" of ") for name in same.names):
                alike[same.first][asset].append(partition)
        for why, assets_ in alike.items():
            what = [
                asset if keys == [WHOLE] else f"{asset} of {_counted(keys)}"
                for asset, keys in assets_.items()
            ]
            yield f"not made because {why}: {', '.join(what)}"
        if any("(quorum: " in why and "exclude.sessions" not in why for why in alike):
            yield (
                "to go on without the sessions that are missing, name them under "
                "exclude.sessions, or lower the study's quorum"
            )

    def _why(self, name: str, causes: Sequence[Cause]) -> str:
        """Say what a partition waits for; of its own session without the session's name."""
        own = name.partition(" of ")[2]
        failed = [c for c in causes if self._is_told(c)]
        if own != WHOLE and {c.partition for c in failed} == {own}:
            assets_ = list(dict.fromkeys(c.asset for c in failed))
            told_failed = f"{', '.join(assets_)} of the same session failed"
        else:
            told_failed = told(failed, reasons=False)
        why = told(c for c in causes if not self._is_told(c))
        return "; ".join(filter(None, [told_failed, why]))

    def _is_told(self, cause: Cause) -> bool:
        return cause.failed and f"{cause.asset} of {cause.partition}" in self.failed


def _number(partitions: int) -> str:
    return "1 partition" if partitions == 1 else f"{partitions} partitions"


def _counted(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else _number(len(keys))
