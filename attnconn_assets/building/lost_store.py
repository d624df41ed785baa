"""A store that is away: nothing is made again of what Dagster knows to be stored."""

from pathlib import Path

import dagster as dg

from attnconn_assets.building.retrying import tell_if_retried
from attnconn_assets.instance.home import ensure_home, open_instance
from attnconn_assets.instance.shown_versions import n_made
from attnconn_assets.study.claim import claimed_before, has_results
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError

__all__ = ["require_store", "require_store_of_run", "why_store_is_away"]


def require_store(study: Study, instance: dg.DagsterInstance) -> None:
    """See that a store isn't empty of which Dagster knows that it held something.

    A store on a mount that is away is an empty folder, or none: everything would be made again
    in it without a word.

    Raises
    ------
    StoreError
        With the ways out.
    """
    store = study.store_folder
    if has_results(store):
        return
    keys = [key for key in instance.all_asset_keys() if key.path[0] == study.name]
    known = sum(n_made(instance, key) for key in keys)
    if known:
        raise StoreError(
            f"the store of {study.name} must hold what was made; {store} "
            f"{'is empty' if store.is_dir() else 'is not there'}, and Dagster knows {known} "
            f"partitions that were stored. {_ways_out(study)}"
        )


def _ways_out(study: Study) -> str:
    usual = study.usual_store
    if study.store_folder != usual and has_results(usual):
        return (
            f"Results of a study of this name lie in {usual}: remove `store` from the study to go "
            "on with them, or move them to where it points"
        )
    return (
        "Mount it if it is on a mount that is away, or let `store` in the study say where it lies "
        "now. If it is gone for good, `attnconn clean` forgets what was made, and the next run "
        "makes all of it again"
    )


def require_store_of_run(study: Study, context: dg.AssetExecutionContext) -> None:
    """Refuse a run of Dagster's, whoever began it, while the store is away.

    Raises
    ------
    dagster.Failure
        Which says what `require_store` says, and nothing else. Another try by the same step is
        no use; the run itself is begun again if it has `dagster/max_retries`.
    """
    try:
        require_store(study, context.instance)
    except StoreError as error:
        tell_if_retried(context.instance, context.run, passing=True)
        raise dg.Failure(str(error), allow_retries=False) from None


def why_store_is_away(study: Study, file: Path, home: Path) -> str:
    """Say that the store is away before anything is written in its place; empty if it isn't.

    Dagster is asked only where the store is empty and the study has been run before.

    Parameters
    ----------
    study, file
        The study, and the file that it was read from.
    home
        Of Dagster.
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
