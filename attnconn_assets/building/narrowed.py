"""Stored sessions that a study's table of subjects leaves out."""

from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError

__all__ = ["NARROWED", "off_the_table"]

NARROWED = "the study's table of subjects (subjects) doesn't name them"
"""Why stored sessions that have a scan don't belong to a study."""


def off_the_table(study: Study, store: Store) -> frozenset[str] | None:
    """Return the stored sessions whose scan exists and whose subject isn't in the table.

    There are none without a table. None is returned if the scans can't be listed.
    """
    if getattr(study, "subjects", None) is None:
        return frozenset()
    whole = study.model_copy(update={"subjects": None, "group_column": None})
    try:
        named, every = study.make_source().listing(), whole.make_source().listing()
    except (AttnconnError, OSError):  # such as a disk that isn't mounted
        return None
    there = {session.key for session in every.sessions}
    there -= {session.key for session in named.sessions}
    return frozenset(there.intersection(store.partitions("time_series")))
