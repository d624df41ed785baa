"""Causes: why a partition isn't stored, traced back to the first failure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from attnconn_assets.building.cohort import Settled, left_out_by_rules, settle
from attnconn_assets.building.folds import lacks_subject
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.records import subject_of
from attnconn_core.sources import Listing
from attnconn_core.wording import few_and_more, told_once

__all__ = ["Cause", "Causes", "in_lines", "in_one_line", "named", "read_by"]

_SHOWN = 3
# What is added to a failure to name its files, which differ from session to session.
_SCAN = re.compile(r" \(scan: [^)]*\)$")


@dataclass(frozen=True)
class Cause:
    """A reason why partitions can't be made.

    Attributes
    ----------
    asset, partition
        The missing partition; empty if the reason names it.
    why
        The reason.
    failed
        Whether it failed; otherwise it is waiting or wasn't made yet.
    """

    asset: str
    partition: str
    why: str
    failed: bool = False


def named(asset: str, partition: str) -> str:
    """Return the name of a partition for messages; the asset's name if it has no partitions."""
    return asset if partition == WHOLE else f"{asset} of {partition}"


def in_lines(causes: Iterable[Cause], *, reasons: bool = True) -> list[str]:
    """Return one line per asset and reason; see `told_once`.

    Parameters
    ----------
    causes
        Reasons why something can't be made.
    reasons
        Whether to include why an asset failed.
    """
    of_assets: dict[tuple[str, bool], list[Cause]] = {}
    for cause in dict.fromkeys(causes):
        of_assets.setdefault((cause.asset, cause.failed), []).append(cause)
    lines = []
    for (asset, failed), same in of_assets.items():
        full_messages = {cause.partition: cause.why for cause in same}
        said = ((c.partition, _SCAN.sub("", c.why) if reasons or not failed else "") for c in same)
        for alike in told_once(said):
            keys, why = alike.names, alike.message
            who = named(asset, few_and_more(keys, _SHOWN)) if asset else ""
            # A single partition is shown with its files.
            why = full_messages[keys[0]] if why and len(keys) == 1 else why
            lines.append(f"{who} failed{': ' if why else ''}{why}" if failed else f"{who} {why}")
    return [line.strip() for line in dict.fromkeys(lines)]


def in_one_line(causes: Iterable[Cause], *, reasons: bool = True) -> str:
    """Return the causes in one line; see `in_lines`."""
    return "; ".join(in_lines(causes, reasons=reasons))


def read_by(study: Study, spec: BuildSpec, key: str) -> list[tuple[str, str]]:
    """List the assets and partitions that a partition reads, without those of its cohort."""
    inputs = []
    for name, kind in spec.needs.items():
        if kind == spec.partitioned:
            inputs.append((name, key))
        elif kind == "whole":
            inputs.append((name, WHOLE))
        elif kind == "configuration":
            chosen = spec.from_configuration
            configurations = list(study.configurations) if chosen is None else [chosen]
            inputs += [(name, configuration) for configuration in configurations]
        elif kind == "ground truth":
            inputs += [(name, truth) for truth in study.recovery.ground_truths]
    return inputs


class Causes:
    """Finds why partitions of a study aren't stored.

    Parameters
    ----------
    study, store, listing
        The study, its store and the sessions of its source.
    specs
        All assets of the study. Causes of other assets aren't traced further.
    """

    def __init__(
        self, study: Study, store: Store, listing: Listing, specs: Sequence[BuildSpec]
    ) -> None:
        self._study, self._store, self._listing = study, store, listing
        self._specs = {spec.name: spec for spec in specs}
        self._causes: dict[tuple[str, str], tuple[Cause, ...]] = {}
        self._settled: dict[str, Settled] = {}

    def of(self, asset: str, partition: str) -> tuple[Cause, ...]:
        """Return why a partition isn't stored; empty if it is."""
        key = asset, partition
        if key not in self._causes:
            self._causes[key] = self._of(asset, partition)
        return self._causes[key]

    def of_needs(self, spec: BuildSpec, partition: str) -> tuple[Cause, ...]:
        """Return why a partition can't be made; empty if it can be made now."""
        reads = read_by(self._study, spec, partition)
        causes = [
            cause
            for name, where in reads
            if name not in spec.optional
            for cause in self.of(name, where) or self._came_later(spec, partition, name, where)
        ]
        if not (spec.made_without_all or causes):
            causes += self._of_all_optional(spec, reads)
        causes += self._of_kept(spec, partition, reads)
        if spec.rests_on:
            settled = self.settled(spec)
            if settled.lacks:
                short = settled.lacks.partition(". Left out: ")[0]
                behind = self._of_sessions(settled.missing)
                why = f"needs {short if behind else settled.lacks}"
                causes += [Cause("", WHOLE, why), *behind]
        return tuple(dict.fromkeys(causes))

    def _came_later(
        self, spec: BuildSpec, partition: str, name: str, where: str
    ) -> tuple[Cause, ...]:
        """Return a cause if a session reads a cohort's result that was made without its subject."""
        if spec.partitioned != "session" or spec.needs[name] == "session":
            return ()
        entry, subject = self._store.readable(name, where), subject_of(partition)
        if entry is None or not lacks_subject(entry, subject):
            return ()
        is_excluded = bool(left_out_by_rules(self._study, self._store, [partition]))
        why = f"was made from a cohort without subject {subject}" + (
            ", whom the study excludes" if is_excluded else ": make it again first"
        )
        return (Cause(name, where, why),)

    def _of_all_optional(
        self, spec: BuildSpec, reads: Sequence[tuple[str, str]]
    ) -> tuple[Cause, ...]:
        """Return why all optional inputs of a partition are missing; empty if it has one.

        Optional inputs per session are handled by `settle`.
        """
        optional = [(name, where) for name, where in reads if name in spec.optional]
        if not optional or {name for name, _ in optional} != spec.optional:
            return ()
        causes = [self.of(name, where) for name, where in optional]
        return tuple(cause for of_input in causes for cause in of_input) if all(causes) else ()

    def _of_kept(
        self, spec: BuildSpec, partition: str, reads: Sequence[tuple[str, str]]
    ) -> tuple[Cause, ...]:
        """Return why a stored result is kept: the reasons why its inputs are missing now.

        Empty unless it was made with inputs of the kind that `BuildSpec.keeps` names, and all of
        these are missing.
        """
        kept = [(name, where) for name, where in reads if name in spec.keeps]
        stored = self._store.readable(spec.name, partition) if kept else None
        if stored is None or not any(f"{name}/{where}" in stored.inputs for name, where in kept):
            return ()
        causes = [self._outdated(name, where) for name, where in kept]
        return tuple(cause for of_input in causes for cause in of_input) if all(causes) else ()

    def settled(self, spec: BuildSpec) -> Settled:
        """Return the cohort of a group result, and the missing assets that it goes without."""
        if spec.name not in self._settled:
            self._settled[spec.name] = settle(self._study, self._store, self._listing, spec.basis)
        return self._settled[spec.name]

    def without(self, spec: BuildSpec, partition: str) -> dict[str, str]:
        """Return the optional inputs that a partition is made without → why."""
        if not spec.optional:
            return {}
        missing = {
            named(name, where): in_one_line(causes)
            for name, where in read_by(self._study, spec, partition)
            if name in spec.optional and (causes := self._outdated(name, where))
        }
        if spec.rests_on:
            for name, sessions in self.settled(spec).left_out.items():
                missing[name] = in_one_line(self._of_sessions({name: sessions}))
        return missing

    def _of_sessions(self, missing: Mapping[str, Sequence[str]]) -> list[Cause]:
        return [
            cause
            for name, sessions in missing.items()
            for key in sessions
            for cause in self.of(name, key)
        ]

    def _of(self, asset: str, partition: str) -> tuple[Cause, ...]:
        why = self._store.failure(asset, partition)
        if why is not None:
            return (Cause(asset, partition, why, failed=True),)
        damage = self._store.damage(asset, partition)
        if damage is None and self._store.find(asset, partition) is not None:
            return ()
        causes = self._of_its_needs(asset, partition)
        why = "is not made yet" if damage is None else f"was found damaged: {damage}"
        return causes or (Cause(asset, partition, why),)

    def _outdated(self, asset: str, partition: str) -> tuple[Cause, ...]:
        """Return why a partition isn't stored; if it is, why its own inputs aren't."""
        return self.of(asset, partition) or self._of_its_needs(asset, partition)

    def _of_its_needs(self, asset: str, partition: str) -> tuple[Cause, ...]:
        spec = self._specs.get(asset)
        return self.of_needs(spec, partition) if spec else ()
