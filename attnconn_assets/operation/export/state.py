"""Which stored results an export needs, and which of them are missing or stale."""

from dataclasses import dataclass, field

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.assets.scores.significance import significance_of
from attnconn_assets.building.causes import named
from attnconn_assets.building.cohort import left_out_by_rules
from attnconn_assets.building.staleness import plan
from attnconn_assets.operation.export.request import Request
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError
from attnconn_core.sources import Listing, Source

__all__ = ["State", "needed", "state_of"]


@dataclass
class State:
    """The state of the results that an export needs.

    Attributes
    ----------
    missing
        Results that aren't stored, or are unusable → why.
    left_out
        Results that aren't stored, of sessions that the study excludes → why it excludes them.
    stale
        Results that are stored, but today's code, settings or scans differ, or those behind them.
    aside
        Sessions that don't belong to the study today. Their results are exported as stored, since
        nothing makes them again.
    unknown
        Why it isn't known whether the stored results are up to date; empty if it is.
    """

    missing: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)
    aside: tuple[str, ...] = ()
    unknown: str = ""

    def has(self, asset: str, partition: str) -> bool:
        """Whether a result can be exported."""
        name = named(asset, partition)
        return name not in self.missing and name not in self.left_out


def needed(request: Request) -> dict[str, tuple[str, ...]]:
    """Return the assets that an export reads → their partitions."""
    partitions_of: dict[str, tuple[str, ...]] = {
        "regions": (WHOLE,),
        "time_series": request.sessions,
    }
    partitions_of |= {method.name: request.sessions for method in request.methods}
    partitions_of[CAUTIONS] = (WHOLE,)
    if "scores" in request.formats:
        partitions_of["comparison"] = (WHOLE,)
    if request.contrast is not None:
        partitions_of[request.contrast.name] = (WHOLE,)
    partitions_of |= {significance_of(method): request.sessions for method in request.tested}
    for asset, partition in request.models:
        partitions_of[asset] = (*partitions_of.get(asset, ()), partition)
    return partitions_of


def state_of(study: Study, request: Request) -> State:
    """Return which of the results that an export needs are missing or stale."""
    state, store, needs = State(), store_of(study), needed(request)
    excluded = left_out_by_rules(study, store, request.sessions)
    for asset, partitions in needs.items():
        for key in partitions:
            why = _why_missing(store, asset, key)
            if why and key in excluded:
                state.left_out[named(asset, key)] = excluded[key]
            elif why:
                state.missing[named(asset, key)] = why
    try:
        source = study.make_source()
        listing = source.listing()
        current = _current(study, source, listing)
    except (AttnconnError, OSError) as error:
        state.unknown = str(error)
        return state
    there = {session.key for session in listing.sessions}
    state.aside = tuple(key for key in request.sessions if key not in there)
    # What was made of a session before the study excluded it isn't made again.
    state.stale = [
        named(asset, key)
        for asset, partitions in needs.items()
        for key in partitions
        if f"{asset}/{key}" not in current
        and key not in excluded
        and key not in state.aside
        and named(asset, key) not in state.missing
    ]
    return state


def _why_missing(store: Store, asset: str, key: str) -> str:
    why = store.failure(asset, key)
    if why is not None:
        return f"failed when it was last made: {why}"
    damage = store.damage(asset, key)
    if damage is not None:
        return f"was found damaged: {damage}"
    return "" if store.find(asset, key) is not None else "is not made yet"


def _current(study: Study, source: Source, listing: Listing) -> frozenset[str]:
    """Return the results, as asset/partition, that are up to date with all that is behind them."""
    every, store = specs(study), store_of(study).snapshot()
    current: set[str] = set()
    for spec in every:  # each after those that it reads
        for key in plan(study, spec, store, source, listing, specs=every).standing:
            entry = store.readable(spec.name, key)
            if entry is not None and entry.inputs.keys() <= current:
                current.add(f"{spec.name}/{key}")
    return frozenset(current)
