"""Reading trained forecasters from the store."""

from attnconn_assets.building.folds import fold_of
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import Entry
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import AttentionForecaster, load_forecaster

__all__ = ["cohort_model_of", "model_for_session", "read_forecaster"]


def read_forecaster(work: Work, asset: str, partition: str) -> AttentionForecaster:
    """Read a trained forecaster."""
    return load_forecaster(work.content(asset, "model.safetensors", partition))[0]


def cohort_model_of(work: Work, configuration: str) -> tuple[AttentionForecaster, bool]:
    """Return the cohort model that reads this session, and whether it was trained on the subject.

    Raises
    ------
    CohortError
        If no model reads this subject.
    """
    return model_for_session(work, work.entry("group_forecaster", configuration))


def model_for_session(work: Work, entry: Entry) -> tuple[AttentionForecaster, bool]:
    """Return the model of an entry that reads this session, and whether it saw the subject.

    Raises
    ------
    CohortError
        If no model reads this subject.
    """
    subject, folds = work.session.subject, entry.facts["folds"]
    place = fold_of(folds, subject)
    if place is None:
        raise CohortError(
            f"{entry.asset} of {entry.partition} has no model for subject {subject}: it was "
            "trained before this subject was added; materialise it again"
        )
    path = work.path(entry, f"{folds[place]['name']}.safetensors")
    return load_forecaster(path)[0], subject in folds[place]["subjects"]
