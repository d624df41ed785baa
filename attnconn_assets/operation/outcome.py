"""Progress and outcome of a refresh of all assets."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from attnconn_assets.building.causes import Cause, in_lines, in_one_line
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.tracking.deleted import Deleted
from attnconn_core.wording import few_and_more, told_once

__all__ = ["Listener", "Outcome", "Step"]

_SHOWN = 5  # most names in one line
_CHANGED = {
    "code": "the code, of attnconn or of a package that adds to it",
    "damage": "their stored files",
    "inputs": "what they are made from",
    "settings": "settings of the study",
}


@dataclass(frozen=True)
class Step:
    """An asset that the runner comes to: partitions to make, up to date and waiting.

    ``number`` is its place in the order of all assets, of which there are ``of``.
    """

    asset: str
    to_make: int
    standing: int
    waiting: int = 0
    number: int = 1
    of: int = 1

    @property
    def title(self) -> str:
        """The asset's place and name, such as ``"12/38 pearson"``."""
        return f"{self.number:{len(str(self.of))}}/{self.of} {self.asset}"


class Listener(Protocol):
    """Receives the progress of a refresh."""

    def step(self, step: Step) -> None:
        """Called before each asset."""

    def made(self) -> None:
        """Called after each partition that is made."""

    def said(self, message: str) -> None:
        """Called with each progress message of an asset."""


@dataclass
class Outcome:
    """The outcome of a refresh of all assets.

    Attributes
    ----------
    sessions
        Keys of the sessions whose scans exist; None if that wasn't checked.
    made, standing
        Number of partitions that were made, and number that were up to date.
    again
        ``"code"``, ``"damage"``, ``"settings"`` or ``"inputs"`` → number of stored partitions that
        were made again because this had changed.
    failed, waiting
        Partitions that failed, and partitions that couldn't be tried: ``asset of partition`` → why.
    refused
        Files or sessions that the source refuses → why.
    transient
        Names in `failed` whose failure isn't due to their inputs, such as a full disk.
    deleted
        Sessions whose partitions a person deleted although the scans exist.
    moved
        Aliases of registered models that a person has moved in MLflow: where each points, and how
        to move it back.
    inapplicable
        Partitions that don't apply to this design, such as a comparison of two sessions if every
        subject has one → why.
    damaged
        Partitions that were damaged in the store → what was wrong.
    recorded
        Number of stored partitions that Dagster didn't know.
    rebuilt
        Number of partitions whose MLflow runs were lost and were recreated.
    refound
        Number of partitions whose original MLflow runs were found again.
    corrected
        ``"Dagster"``, ``"MLflow"`` → number of partitions of which it showed another result than
        the stored one.
    shown_as_failed
        Number of partitions that are up to date and that Dagster showed as failed.
    relinked
        Number of partitions whose links in Dagster's pages led to another address of MLflow than
        the study's ``tracking_page``.
    registered
        Model versions that were missing from MLflow's registry and were registered again.
    untrained
        Forecasters that are missing or stale and weren't trained, because a refresh without models
        was asked for → number of partitions.
    restored
        What a person had deleted in MLflow and was restored.
    """

    sessions: frozenset[str] | None = None
    made: int = 0
    standing: int = 0
    again: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, tuple[Cause, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    transient: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    inapplicable: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    recorded: int = 0
    rebuilt: int = 0
    refound: int = 0
    corrected: Counter[str] = field(default_factory=Counter)
    shown_as_failed: int = 0
    relinked: int = 0
    registered: list[str] = field(default_factory=list)
    untrained: dict[str, int] = field(default_factory=dict)
    restored: Deleted = field(default_factory=Deleted)

    def _of_deletions(self) -> Iterator[str]:
        """Yield what a person deleted in MLflow, and whether it was restored."""
        if self.restored.experiments:
            names = few_and_more(list(self.restored.experiments.values()), _SHOWN)
            yield f"MLflow experiments with runs of stored results were deleted; restored: {names}"
        if self.restored.runs:
            yield (
                "MLflow runs of stored results were deleted without their parent or their "
                f"children; restored: {len(self.restored.runs)}"
            )
        if n := self.restored.n_left:
            runs, them = ("runs", "them") if n > 1 else ("run", "it")
            yield (
                f"{n} MLflow {runs} of stored results {'are' if n > 1 else 'is'} deleted in MLflow "
                f"and stay{'s' * (n == 1)} so; MLflow's page can restore {them} (State: Deleted)"
            )

    def again_in_words(self) -> str:
        """Return why stored partitions were made again; empty if none was stale."""
        changes = [f"{_CHANGED[what]} ({n})" for what, n in sorted(self.again.items())]
        return f"Made again, because something had changed: {', '.join(changes)}" if changes else ""

    def heals(self) -> Iterator[str]:
        """Yield one line per kind of damage or loss, and what was done about it."""
        for name, why in self.damaged.items():
            still = name in self.failed or name in self.waiting
            yield f"{name} was damaged{'' if still else ', and was made again'}: {why}"
        yield from self._of_deletions()
        if self.rebuilt:
            yield (
                f"MLflow's database lacked the runs of {_number(self.rebuilt)}, as after a loss or "
                "a change of `tracking`; they were recreated from the store, with new ids. The "
                "store doesn't hold training curves, durations, some pictures, and failed or "
                "earlier runs"
            )
        if self.refound:
            yield (
                f"MLflow's database has the original runs of {_number(self.refound)}, as after "
                "`tracking` was changed back; they are current again"
            )
        if self.recorded:
            yield (
                f"Dagster didn't know {_number(self.recorded)} that the store has; they were "
                "recorded again. Logs, pictures and tables that only Dagster had can't be recovered"
            )
        if self.corrected:
            shown = [f"{who} ({_number(n)})" for who, n in self.corrected.items()]
            yield (
                f"{' and '.join(shown)} showed other results than the store holds, as after "
                "a backup is restored; the stored results are shown again"
            )
        if self.shown_as_failed:
            yield (
                f"Dagster showed {_number(self.shown_as_failed)} as failed because of a run that "
                "failed, but what is stored is up to date: it is shown again"
            )
        if self.relinked:
            yield (
                f"Dagster's links of {_number(self.relinked)} led to an earlier address of MLflow; "
                "they lead to the study's `tracking_page` now"
            )
        if self.registered:
            yield (
                "MLflow's registry lacked the version, the alias or the files of "
                f"{few_and_more(self.registered, _SHOWN)}; they were registered again"
            )

    def failures(self) -> Iterator[str]:
        """Yield one line per asset and reason: what failed and why."""
        parts = (name.partition(" of ") for name in self.failed)
        whys = self.failed.values()
        yield from in_lines(
            Cause(asset, partition, why, failed=True)
            for (asset, _, partition), why in zip(parts, whys, strict=True)
        )

    def waits(self) -> Iterator[str]:
        """Yield one line per reason: what couldn't be made because of it.

        Reasons of failures are given by `failures` and not repeated here.
        """
        if self.untrained:
            named = [f"{name} ({_number(n)})" for name, n in self.untrained.items()]
            yield (
                f"not trained, because this refresh is without `models`: {', '.join(named)}; what "
                "is read from them is as they are stored"
            )
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
                "to continue without the missing sessions, name them under "
                "exclude.sessions, or lower the study's quorum"
            )

    def _why(self, name: str, causes: Sequence[Cause]) -> str:
        """Return why a partition couldn't be made; its own session isn't named again."""
        own = name.partition(" of ")[2]
        failed = [c for c in causes if self._is_reported(c)]
        if own != WHOLE and {c.partition for c in failed} == {own}:
            assets_ = list(dict.fromkeys(c.asset for c in failed))
            failed_in_words = f"{', '.join(assets_)} of the same session failed"
        else:
            failed_in_words = in_one_line(failed, reasons=False)
        why = in_one_line(c for c in causes if not self._is_reported(c))
        return "; ".join(filter(None, [failed_in_words, why]))

    def _is_reported(self, cause: Cause) -> bool:
        return cause.failed and f"{cause.asset} of {cause.partition}" in self.failed


def _number(partitions: int) -> str:
    return "1 partition" if partitions == 1 else f"{partitions} partitions"


def _counted(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else _number(len(keys))
