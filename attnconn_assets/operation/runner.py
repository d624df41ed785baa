"""The runner: makes missing and stale partitions in order, in chunks, without a daemon."""

import time
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import dagster as dg

from attnconn_assets.assets.catalogue import (
    assets,
    experiment_notes,
    specs,
    store_of,
    tracking_of,
)
from attnconn_assets.building.asset import failed_partition
from attnconn_assets.building.causes import in_one_line
from attnconn_assets.building.cohort import left_out_by_rules
from attnconn_assets.building.lost_store import require_store
from attnconn_assets.building.partitions import (
    add_sessions,
    deleted_sessions,
    session_partitions,
)
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.staleness import Plan, attempt, plan, why_again
from attnconn_assets.instance.pools import placed, wait_for_place
from attnconn_assets.instance.run_locks import announced, end_orphans
from attnconn_assets.operation.execution import chunks, failures, span
from attnconn_assets.operation.moved_aliases import moved_aliases
from attnconn_assets.operation.outcome import Listener, Outcome, Step
from attnconn_assets.operation.pages import Pages
from attnconn_assets.operation.putting_right import clear_up
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.sources import Listing, Source

__all__ = ["materialise_stale"]

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_MOST_PASSES = 5  # while another process keeps changing inputs
_PAUSE = 0.2  # seconds between two checks for partitions made by another process


def materialise_stale(
    study: Study,
    instance: dg.DagsterInstance,
    listener: Listener,
    *,
    models: bool = True,
    retry_failed: bool = True,
    discover: bool = True,
    blocked: Mapping[str, str] | None = None,
    inapplicable: Collection[str] = (),
) -> Outcome:
    """Make every partition that is missing or stale, given today's scans, code and settings.

    Parameters
    ----------
    study
        The study to run.
    instance
        Dagster's instance that records the runs.
    listener
        Receives the progress.
    models
        Whether to train forecasters.
    retry_failed
        Whether to retry what failed before, although nothing has changed since.
    discover
        Whether to add new sessions of the source as partitions first. Otherwise only existing
        partitions are made, because the files of a new scan may be incomplete.
    blocked
        Asset → why it can't be made, from a check (`Findings.blocked`). It isn't tried and counts
        as failed.
    inapplicable
        Assets in `blocked` that don't count as failed (`Findings.inapplicable`).

    Raises
    ------
    StoreError
        If the store isn't reachable; see `require_store`.
    """
    require_store(study, instance)
    source = study.make_source()
    listing = source.listing()
    if discover:
        add_sessions(study, instance, listing.sessions)
    order = instance.get_dynamic_partitions(str(session_partitions(study).name))
    place = {key: number for number, key in enumerate(order)}
    there = replace(listing, sessions=tuple(s for s in listing.sessions if s.key in place))
    store = store_of(study)
    clear_up(study, instance, store)
    line = _Line(study, instance, listener, source, there, place, blocked or {}, inapplicable)
    line.outcome.sessions = frozenset(session.key for session in there.sessions)
    line.outcome.deleted = deleted_sessions(study, instance, listing.sessions)
    line.go_through(models, retry_failed)
    known = set(line.damaged_before)
    # Reading may reveal damaged inputs: these are made again, and then what reads them.
    while not store.damaged().keys() <= known:
        known |= store.damaged().keys()
        line.go_through(models, retry_failed=False)
    # Another process may have made an input again after a result was made from it.
    while line.has_shared() and line.passes < _MOST_PASSES:
        line.go_through(models, retry_failed=False)
    line.outcome.again.update(line.made_again())
    # A process that was being killed when this one started may have held its locks until now.
    clear_up(study, instance, store)
    line.outcome.moved = moved_aliases(study, store, tracking_of(study))
    tracking_of(study).describe(experiment_notes(study))
    return line.outcome


class _Line:
    """One refresh of all assets of a study, and its outcome."""

    def __init__(
        self,
        study: Study,
        instance: dg.DagsterInstance,
        listener: Listener,
        source: Source,
        listing: Listing,
        place: Mapping[str, int],
        blocked: Mapping[str, str],
        inapplicable: Collection[str],
    ) -> None:
        self._study, self._instance, self._listener = study, instance, listener
        self._store, self._source, self._listing = store_of(study), source, listing
        self._place, self._blocked, self._inapplicable = place, blocked, inapplicable
        self.outcome = Outcome(refused={name: str(why) for name, why in listing.refused.items()})
        self._job = assets(study).resolve_implicit_global_asset_job_def()
        self._specs = specs(study)
        self.outcome.restored = tracking_of(study).restore(study.name)
        self._pages = Pages(study, instance, self._specs, self.outcome)
        self._made: set[str] = set()
        self._why: dict[str, str] = {}
        self._shares = False
        self._standing: set[str] = set()
        self.passes = 0
        self.damaged_before = self._store.damaged()

    def go_through(self, models: bool, retry_failed: bool) -> None:
        """Make the missing and stale partitions of every asset, in order."""
        self.passes += 1
        self._shares = False
        for number, spec in enumerate(self._specs, 1):
            if spec.group != "forecasters" or models:
                self._make_asset(spec, number, retry_failed)
            elif self.passes == 1:
                snapshot = self._store.snapshot()
                asset_plan = self._plan(spec, retry_failed, store=snapshot)
                self._show(spec, asset_plan, snapshot)
                if asset_plan.due:
                    self.outcome.untrained[spec.name] = len(asset_plan.due)
        self.outcome.standing = len(self._standing - self._made)

    def has_shared(self) -> bool:
        """Whether another process made partitions of this study during the last pass."""
        return self._shares

    def made_again(self) -> Iterator[str]:
        """Yield, for each stale partition that was made, why it was stale; see `why_again`."""
        return (why for name, why in self._why.items() if why and name in self._made)

    def _make_asset(self, spec: BuildSpec, number: int, retry_failed: bool) -> None:
        snapshot = self._store.snapshot()
        asset_plan = self._plan(spec, retry_failed, store=snapshot)
        self._show(spec, asset_plan, snapshot)
        seen = {key: self._store.state(spec.name, key) for key in asset_plan.due}
        if self.passes == 1:
            for key in asset_plan.due:
                self._why[f"{spec.name} of {key}"] = why_again(snapshot, spec.recipe_of(key), key)
        for key in asset_plan.due:
            damage = self._store.damage(spec.name, key)
            if damage is not None:
                self.outcome.damaged[f"{spec.name} of {key}"] = damage
        self._sort_in(spec, asset_plan)
        due, standing, waiting = map(len, (asset_plan.due, asset_plan.standing, asset_plan.waiting))
        if asset_plan.due or self.passes == 1:
            self._listener.step(Step(spec.name, due, standing, waiting, number, len(self._specs)))
        if spec.name in self._blocked:
            self._refuse(spec, asset_plan.due)
            return
        left = sorted(asset_plan.due, key=lambda key: self._place.get(key, 0))
        while left:
            elsewhere: list[str] = []
            for chunk in chunks(left, self._place, self._study.chunk):
                with self._store.making(spec.name, chunk) as mine:
                    self._make(spec, mine, seen)
                elsewhere += [key for key in chunk if key not in mine]
            self._shares |= bool(elsewhere)
            if len(elsewhere) == len(left):
                self._listener.said(f"another process makes {len(left)} of them")
                time.sleep(_PAUSE)
            left = elsewhere

    def _show(self, spec: BuildSpec, asset_plan: Plan, store: Store) -> None:
        """Make the pages show the stored results of an asset that aren't made again."""
        if self.passes == 1:
            self._pages.put_right(spec, asset_plan, store)
        else:
            self._pages.tell(spec, asset_plan.standing, store)

    def _refuse(self, spec: BuildSpec, due: Sequence[str]) -> None:
        """Record that partitions can't be made, for the reason that a check has found."""
        why = self._blocked[spec.name]
        for key in due:
            tried = attempt(self._study, spec, self._store, self._source, self._listing, key)
            self._store.fail(spec.name, key, why, tried)
            noted = (
                self.outcome.inapplicable
                if spec.name in self._inapplicable
                else self.outcome.failed
            )
            noted[f"{spec.name} of {key}"] = why
            self._instance.report_runless_asset_event(
                failed_partition([self._study.name, spec.name], key, why)
            )

    def _make(self, spec: BuildSpec, keys: Sequence[str], seen: Mapping[str, object]) -> None:
        """Make partitions, except those that another process has made or tried in the meantime."""
        tried = [key for key in keys if self._store.state(spec.name, key) != seen[key]]
        due = [key for key in keys if key not in tried]
        self._shares |= bool(tried)
        if tried:
            new_plan = self._plan(spec, True, tried)
            self._sort_in(spec, new_plan)
            for key in new_plan.due:
                why = self._store.failure(spec.name, key)
                if why is None:
                    due.append(key)
                else:
                    self.outcome.failed[f"{spec.name} of {key}"] = why
            self._pages.tell(spec, new_plan.standing, self._store)
            for _ in new_plan.standing:
                self._listener.made()
        due.sort(key=lambda key: self._place.get(key, 0))
        for chunk in chunks(due, self._place, self._study.chunk):
            self._execute(spec, chunk)

    def _plan(
        self,
        spec: BuildSpec,
        retry_failed: bool,
        only: Collection[str] | None = None,
        store: Store | None = None,
    ) -> Plan:
        return plan(
            self._study,
            spec,
            store or self._store.snapshot(),
            self._source,
            self._listing,
            specs=self._specs,
            retry_failed=retry_failed,
            only=only,
        )

    def _sort_in(self, spec: BuildSpec, asset_plan: Plan) -> None:
        """Record what is up to date and what can't be made; either may have failed earlier."""
        name = f"{spec.name} of "
        self._standing |= {name + key for key in asset_plan.standing}
        self._standing -= {name + key for key in (*asset_plan.due, *asset_plan.waiting)}
        for key in (*asset_plan.due, *asset_plan.standing):
            self.outcome.failed.pop(name + key, None)
            self.outcome.waiting.pop(name + key, None)
            self.outcome.inapplicable.pop(name + key, None)
        left_out = self._left_out(spec, asset_plan.waiting)
        for key, why in asset_plan.waiting.items():
            if key in left_out:
                self.outcome.inapplicable[name + key] = in_one_line(why)
            elif name + key not in self.outcome.failed:
                self.outcome.waiting[name + key] = why

    def _execute(self, spec: BuildSpec, chunk: list[str]) -> None:
        """Make a range of partitions in one Dagster run."""
        seen: set[str] = set()

        def listen(event: dg.EventLogEntry) -> None:
            happened = event.dagster_event
            if happened is None:
                self._listener.said(event.user_message)
                return
            if happened.event_type != dg.DagsterEventType.ASSET_MATERIALIZATION:
                return
            key = happened.partition or WHOLE
            if key not in seen:
                seen.add(key)
                self._listener.made()

        if spec.pool:
            wait_for_place(self._instance, spec.pool, self._wait)
        run_id = str(uuid.uuid4())
        self._instance.add_event_listener(run_id, listen)
        with placed(self._instance, run_id), announced(self._instance, run_id):
            result = self._job.execute_in_process(
                run_config=_QUIET,
                instance=self._instance,
                asset_selection=[dg.AssetKey([self._study.name, spec.name])],
                run_id=run_id,
                tags=span(chunk),
                raise_on_error=False,
            )
        self.outcome.made += len(seen)
        self._made |= {f"{spec.name} of {key}" for key in seen}
        if not result.success:
            self._note(spec, chunk, failures(result, spec, chunk, seen))

    def _note(self, spec: BuildSpec, chunk: list[str], failed: dict[str, str]) -> None:
        """Record failures; those of sessions that the study excludes don't count as such."""
        left_out = self._left_out(spec, chunk) if failed else ()
        for key in chunk:
            name = f"{spec.name} of {key}"
            if name not in failed:
                continue
            if key in left_out:
                self.outcome.inapplicable[name] = failed[name]
                continue
            self.outcome.failed[name] = failed[name]
            if self._store.failed_with(spec.name, key) == "":
                self.outcome.transient.add(name)

    def _left_out(self, spec: BuildSpec, keys: Collection[str]) -> Collection[str]:
        """Return the sessions whose failures don't count, because the study excludes them.

        For inputs, only exclusions by name apply: rules on quality can't, because quality is
        measured from the inputs.
        """
        rules = self._study.exclude
        if spec.partitioned != "session" or not (rules.given or rules.sessions):
            return ()
        if spec.group == "inputs":
            return {key for key in keys if rules.names(key)}
        return left_out_by_rules(self._study, self._store, keys)

    def _wait(self, why: str) -> None:
        """Report why a run waits, and end runs of killed processes."""
        self._listener.said(f"waiting: {why}")
        end_orphans(self._instance)
