"""The platform of a run: what all the partitions that it makes share."""

import functools
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attnconn_assets.storage.store import Store
from attnconn_assets.storage.user_files import file_facts
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.figures import Album, Styles
from attnconn_core.records import Session
from attnconn_core.sources import Listing, Source

__all__ = ["Platform"]


@dataclass
class Platform:
    """What all partitions of a run share.

    Attributes
    ----------
    study, store, tracking, log
        Of the run.
    dagster_run
        Its id.
    specs
        Of every asset of the study (`BuildSpec`): why one of them isn't there is looked up in them.
    """

    study: Study
    store: Store
    tracking: Tracking
    log: logging.Logger
    dagster_run: str
    specs: Sequence[Any] = ()

    @functools.cached_property
    def source(self) -> Source:
        """Where the study's scans come from."""
        return self.study.make_source()

    @functools.cached_property
    def shared_files(self) -> Mapping[Path, Mapping[str, Any]]:
        """The files that every session's series depends on, as the run found them first."""
        return {path: file_facts(path) for path in self.source.shared_files()}

    @functools.cached_property
    def listing(self) -> Listing:
        """What the source holds now."""
        return self.source.listing()

    @functools.cached_property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions that are there now, by key."""
        return {session.key: session for session in self.listing.sessions}

    @functools.cached_property
    def album(self) -> Album:
        """Draws the pictures of sessions."""
        return Album(self.source.region_table(), Styles(self.study.every_method.values()))

    def scans_of(self, partition: str, unless_in: str = "") -> str:
        """Name the files behind a session, to be added to an error about it."""
        session = self.sessions.get(partition)
        files = [str(file) for file in session.files] if session else []
        if not files or any(file in unless_in for file in files):
            return ""
        return f" (scan: {', '.join(files)})"
