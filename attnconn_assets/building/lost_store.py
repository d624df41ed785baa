"""Detects a store that isn't reachable, so that its results aren't made again elsewhere."""

from pathlib import Path

import dagster as dg

from attnconn_assets.building.retrying import set_retry_tag
from attnconn_assets.instance.home import ensure_home, open_instance
from attnconn_assets.instance.shown_versions import n_made
from attnconn_assets.study.claim import claimed_before, has_results
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError

__all__ = ["require_store", "require_store_of_run", "why_store_is_away"]


def require_store(study: Study, instance: dg.DagsterInstance) -> None:
    """Raise an error if a store is empty although Dagster knows that it held results.

    If a store's disk isn't mounted, its folder is empty or missing, and everything would be made
    again there unnoticed.

    Raises
    ------
    StoreError
        Naming the store and what to do.
    """
    store = study.store_folder
    if has_results(store):
        return
    # Every study has it, and a person's own assets under the study's name don't count.
    series = dg.AssetKey([study.name, "time_series"])
    if known := n_made(instance, series):
        raise StoreError(
            f"the store of {study.name} must hold what was made; {store} "
            f"{'is empty' if store.is_dir() else 'is not there'}, and Dagster knows {known} "
            f"stored partitions. {_ways_out(study)}"
        )


def _ways_out(study: Study) -> str:
    usual = study.usual_store
    if study.store_folder != usual and has_results(usual):
        return (
            f"Results of a study of this name lie in {usual}: remove `store` from the "
            "study to use them, or move them to where it points"
        )
    return (
        "If its disk isn't mounted, mount it; if it was moved, set `store` in the study to its new "
        "place. If it is lost, run `attnconn clean`: the next run then makes everything again"
    )


def require_store_of_run(study: Study, context: dg.AssetExecutionContext) -> None:
    """End a Dagster run if the store isn't reachable; see `require_store`.

    Raises
    ------
    dagster.Failure
        With the message of `require_store`. Dagster doesn't retry the step, but retries the run
        if the run has the tag `dagster/max_retries`.
    """
    try:
        require_store(study, context.instance)
    except StoreError as error:
        set_retry_tag(context.instance, context.run, transient=True)
        raise dg.Failure(str(error), allow_retries=False) from None


def why_store_is_away(study: Study, file: Path, home: Path) -> str:
    """Return the message of `require_store`; empty if the store can be used.

    Commands call this before they write anything. Dagster is queried only if the store is empty
    and the study has been run before.

    Parameters
    ----------
    study, file
        The study, and the file that it was read from.
    home
        Dagster's home folder.
    """
    if has_results(study.store_folder) or not claimed_before(study, file, home):
        return ""
    ensure_home(file)
    try:
        with open_instance() as instance:
            require_store(study, instance)
    except StoreError as error:
        return str(error)
    return ""
