"""Warns of results that were made from inputs of earlier settings or code."""

from collections.abc import Collection, Mapping, Sequence

from attnconn_assets.building.platform import Platform
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_core.wording import few_and_more

__all__ = ["earlier_models"]

_FORECASTERS = "forecasters"
_SHOWN = 5


def earlier_models(platform: Platform, entry: Entry) -> str:
    """Return a warning if a result was made from inputs of earlier settings or code.

    The inputs in question are forecasters, and results of the whole cohort, such as Granger's
    lags. When everything stale is made, they are made first. A refresh without models, or a
    person who makes a single asset on its page, uses the stored ones, which may be stale.

    Parameters
    ----------
    platform, entry
        The platform, and the result that was made.

    Returns
    -------
    warning
        Empty if there is nothing to warn of.
    """
    specs = {spec.name: spec for spec in platform.specs}
    resting = _resting_on_forecasters(platform.specs)
    stale: dict[str, None] = {}
    models: dict[str, None] = {}
    waiting, seen = [entry], set()
    while waiting:
        for place in waiting.pop().inputs:
            asset, _, partition = place.partition("/")
            if place in seen or asset not in specs:
                continue
            if asset not in resting and partition != WHOLE:
                continue
            seen.add(place)
            behind = platform.store.readable(asset, partition)
            if behind is None:
                continue
            waiting.append(behind)
            spec = specs[asset]
            is_model = spec.group == _FORECASTERS
            if (is_model or partition == WHOLE) and behind.recipe != spec.recipe_of(
                partition
            ).digest:
                (models if is_model else stale)[f"{asset} of {partition}"] = None
    said = (
        f"made from stored forecasters of earlier settings or code: "
        f"{few_and_more(list(models), _SHOWN)}. `attnconn run`, or the study's job _refresh with "
        "`models: true`, trains them and makes again what is read from them",
        f"made from results of earlier settings or code: {few_and_more(list(stale), _SHOWN)}. "
        "`attnconn run`, or the study's job _refresh, makes these first",
    )
    return "; ".join(one for one, found in zip(said, (models, stale), strict=True) if found)


def _resting_on_forecasters(specs: Sequence[BuildSpec]) -> Collection[str]:
    """Return the assets that are forecasters, or read one, directly or not."""
    needs: Mapping[str, Collection[str]] = {spec.name: spec.needs for spec in specs}
    resting = {spec.name for spec in specs if spec.group == _FORECASTERS}
    while more := {name for name, own in needs.items() if not resting.isdisjoint(own)} - resting:
        resting |= more
    return resting
