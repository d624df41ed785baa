"""The command `attnconn dev`: prepares, then serves the pages."""

import sys
import time
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from attnconn_assets.assets.catalogue import experiment_notes, tracking_of
from attnconn_assets.building.partitions import add_sessions
from attnconn_assets.instance.first_events import pass_over_old_events
from attnconn_assets.instance.home import home_folder, open_instance
from attnconn_assets.instance.run_locks import end_orphans
from attnconn_assets.operation.servers.record import only_one
from attnconn_assets.operation.servers.serve import serve
from attnconn_assets.study.claim import claimed_by_another
from attnconn_assets.study.named_files import named_files
from attnconn_assets.study.study import Study, load_study
from attnconn_core.errors import AttnconnError, StudyError
from attnconn_core.records import Session

__all__ = ["dev"]

_STILL = 60  # seconds without change after which a file counts as complete


def dev(study: Study, file: Path, dagster_port: int, mlflow_port: int | None) -> int:
    """Serve Dagster's and MLflow's pages until the user ends them; return the exit status."""
    with only_one(home_folder(), f"http://127.0.0.1:{dagster_port}") as record:
        _seed_what_is_there(study)
        tracking_of(study).describe(experiment_notes(study))
        port = urllib.parse.urlsplit(study.tracking_page).port or 5000
        chosen = mlflow_port or port
        if chosen != port:
            print(
                f"Links in Dagster lead to {study.tracking_page}; "
                "set `tracking_page` in the study to MLflow's address"
            )

        def read_named_files() -> Sequence[Path]:
            return _files_named_now(file, study.tracking_folder)

        return serve(
            file.resolve(), read_named_files, study.tracking_folder, dagster_port, chosen, record
        )


def _files_named_now(file: Path, tracking: Path) -> Sequence[Path]:
    """Read the study file again, and return the files that it names."""
    study = load_study(file)
    if problem := claimed_by_another(study, file, home_folder()):
        raise StudyError(problem)
    if study.tracking_folder != tracking:
        print(f"MLflow's page shows {tracking} until attnconn dev is started again", flush=True)
    return named_files(study)


def _seed_what_is_there(study: Study) -> None:
    """Add sessions whose scans haven't changed for a minute; the sensor adds the others."""
    with open_instance() as instance:
        end_orphans(instance)
        pass_over_old_events(instance)
        try:
            listing = study.make_source().listing()
        except AttnconnError as error:  # such as no scans yet
            print(f"attnconn: {error}", file=sys.stderr)
            return
        add_sessions(study, instance, tuple(filter(_lies_still, listing.sessions)))


def _lies_still(session: Session) -> bool:
    now = time.time()
    return all(path.exists() and now - path.stat().st_mtime > _STILL for path in session.files)
