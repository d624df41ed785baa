"""Reading trained forecasters from the store."""

from attnconn_assets.building.work import Work
from attnconn_core.errors import StoreError
from attnconn_core.forecasting import AttentionForecaster, load_forecaster

__all__ = ["cohort_model_of", "read_forecaster"]


def read_forecaster(
    work: Work, asset: str, partition: str, name: str = "model.safetensors"
) -> AttentionForecaster:
    """Read a trained forecaster."""
    return load_forecaster(work.content(asset, name, partition))[0]


def cohort_model_of(work: Work, configuration: str) -> tuple[AttentionForecaster, bool]:
    """Find the cohort's model that reads this session, and whether it saw the subject.

    Raises
    ------
    StoreError
        If no model reads this subject.
    """
    entry = work.entry("group_forecaster", configuration)
    subject = work.session.subject
    for fold in entry.facts["folds"]:
        if fold["reads"] is None or subject in fold["reads"]:
            name = f"{fold['name']}.safetensors"
            model = read_forecaster(work, "group_forecaster", configuration, name)
            return model, subject in fold["subjects"]
    raise StoreError(
        f"group_forecaster of {configuration} has no model for subject {subject}: it was trained "
        "before this subject was there; materialise it again"
    )
