"""What a fit on one session goes on from: a cohort model's weights, or other people's VAR."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attnconn_assets.assets.forecasters.pools import place_of
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
    """What `attnconn_core.forecasting.fit` begins with.

    Attributes
    ----------
    start
        A trained forecaster to go on from.
    prior
        What a linear start is shrunk towards, and how strongly.
    """

    start: AttentionForecaster | None = None
    prior: Prior | None = None


#: From nothing but the session itself.
FRESH = Beginning()


def fine_tuning_beginning(work: Work, start: tuple[str, str] | None) -> Beginning:
    """Return what the fine-tuned model of this session begins with.

    Where models begin linear, that is the hierarchical VAR: the session's own, shrunk
    towards that of other subjects, the same for all subjects that are compared. Towards the
    VAR of all but the subject every matrix would tell its subject by who is missing. And by
    one penalty for all: with a penalty of each scan's own, two scans of a person would differ
    by how far each is shrunk. Otherwise it is the weights of the cohort's model.

    Parameters
    ----------
    work
        On a session.
    start
        Asset and partition of the cohort's model; None where models begin linear.

    Raises
    ------
    CohortError
        If there are too few subjects to be dealt into folds.
    StoreError
        If no model of the cohort reads this subject.
    """
    if start is None:
        place = place_of(work, "pooled_moments")
        priors = work.content("pooled_moments", "priors.safetensors", WHOLE)
        alpha = work.facts("shared_penalty", WHOLE)["alpha"]
        return Beginning(prior=Prior(read_prior(priors, place), alpha))
    return Beginning(start=model_for_session(work, work.entry(*start))[0])


def fit_from(
    beginning: Beginning,
    configuration: Configuration,
    parts: Sequence[TimeSeries],
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Fit:
    """Fit a forecaster to some series; see `attnconn_core.forecasting.fit`."""
    return fit(
        configuration.model,
        parts,
        configuration.training,
        start=beginning.start,
        prior=beginning.prior,
        on_epoch=on_epoch,
    )
