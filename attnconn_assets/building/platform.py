"""What the partitions of one run share."""

import functools
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """What the partitions of one run share.

    Attributes
    ----------
    study, store, tracking, log
        The study, its store, its MLflow tracking, and the log of the run.
    dagster_run
        Id of the Dagster run.
    specs
        The `BuildSpec` of every asset, used to trace why an input is missing.
    known
        Sessions that are partitions. Others aren't there for this run, since their scans may
        still be being written; if none is known, all are there.
    """

    study: Study
    store: Store
    tracking: Tracking
    log: logging.Logger
    dagster_run: str
    specs: Sequence[Any] = ()
    known: Collection[str] = ()

    @functools.cached_property
    def source(self) -> Source:
        """The source of the study's scans."""
        return self.study.make_source()

    @functools.cached_property
    def shared_files(self) -> Mapping[Path, Mapping[str, Any]]:
        """Files that every session's series depends on, with their state when first read."""
        return {path: file_facts(path) for path in self.source.shared_files()}

    @functools.cached_property
    def listing(self) -> Listing:
        """The source's listing, of the sessions that are known."""
        listing = self.source.listing()
        if not self.known:
            return listing
        there = tuple(session for session in listing.sessions if session.key in self.known)
        return replace(listing, sessions=there)

    @functools.cached_property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions of the listing, by key."""
        return {session.key: session for session in self.listing.sessions}

    @functools.cached_property
    def album(self) -> Album:
        """Draws pictures of sessions."""
        return Album(self.source.region_table(), Styles(self.study.every_method.values()))

    def scans_of(self, partition: str, unless_in: str = "") -> str:
        """Return the scan files of a session, as an addition to an error about it."""
        session = self.sessions.get(partition)
        files = [str(file) for file in session.files] if session else []
        if not files or any(file in unless_in for file in files):
            return ""
        return f" (scan: {', '.join(files)})"
