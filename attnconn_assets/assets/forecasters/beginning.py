"""The start of a fit on one session: a cohort model's weights, or the VAR of other subjects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attnconn_assets.assets.forecasters.pools import fold_index
from attnconn_assets.assets.forecasters.reading import model_for_session
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.moments import read_prior
from attnconn_assets.study.experiment import Configuration
from attnconn_core.forecasting import AttentionForecaster, Epoch, Fit, Prior, fit
from attnconn_core.records import TimeSeries

__all__ = ["FRESH", "Beginning", "fine_tuning_beginning", "fit_from"]


@dataclass(frozen=True, eq=False)
class Beginning:
    """Start of `attnconn_core.forecasting.fit`.

    Attributes
    ----------
    start
        Trained forecaster that is trained further.
    prior
        Target and strength of the shrinkage of a linear start.
    """

    start: AttentionForecaster | None = None
    prior: Prior | None = None


#: A fit from the session alone.
FRESH = Beginning()


def fine_tuning_beginning(work: Work, start: tuple[str, str] | None) -> Beginning:
    """Return the start of this session's fine-tuned model.

    If models start linear, it is the hierarchical VAR: the session's VAR, shrunk towards that of
    other subjects. All subjects that are compared are shrunk towards the same VAR. If each were
    shrunk towards the VAR of all but itself, its matrix would identify it by who is missing. The
    penalty is also the same for all: with a penalty per scan, two scans of a subject would differ
    by how strongly each is shrunk. If models don't start linear, the start is the cohort model.

    Parameters
    ----------
    work
        The work on a session.
    start
        Asset and partition of the cohort model; None if models start linear.

    Raises
    ------
    CohortError
        If there are too few subjects for folds.
    StoreError
        If no cohort model reads this subject.
    """
    if start is None:
        fold = fold_index(work, "pooled_moments")
        priors = work.content("pooled_moments", "priors.safetensors", WHOLE)
        alpha = work.facts("shared_penalty", WHOLE)["alpha"]
        return Beginning(prior=Prior(read_prior(priors, fold), alpha))
    return Beginning(start=model_for_session(work, work.entry(*start))[0])


def fit_from(
    beginning: Beginning,
    configuration: Configuration,
    parts: Sequence[TimeSeries],
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Fit:
    """Fit a forecaster to series; see `attnconn_core.forecasting.fit`."""
    return fit(
        configuration.model,
        parts,
        configuration.training,
        start=beginning.start,
        prior=beginning.prior,
        on_epoch=on_epoch,
    )
