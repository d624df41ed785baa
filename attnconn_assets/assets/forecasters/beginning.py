"""What a fit on one session goes on from: a cohort model's weights, or other people's VAR."""

from dataclasses import dataclass

from attnconn_assets.assets.forecasters.reading import model_for_session
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.moments import read_moments
from attnconn_core.forecasting import AttentionForecaster, cohort_coefficients
from attnconn_core.forecasting.moments import ByColumn

__all__ = ["FRESH", "Beginning", "fine_tuning_beginning"]


@dataclass(frozen=True, eq=False)
class Beginning:
    """What `attnconn_core.forecasting.fit` begins with.

    Attributes
    ----------
    start
        A trained forecaster to go on from.
    prior
        Coefficients that a linear start is shrunk towards.
    """

    start: AttentionForecaster | None = None
    prior: ByColumn | None = None


#: From nothing but the session itself.
FRESH = Beginning()


def fine_tuning_beginning(work: Work) -> Beginning:
    """Return what the fine-tuned model of this session begins with.

    Where models begin linear, that is the hierarchical VAR: the session's own, shrunk
    towards that of the other subjects. Otherwise it is the weights of the cohort's model.

    Raises
    ------
    CohortError
        If there are no other subjects.
    StoreError
        If no model of the cohort reads this subject.
    """
    if work.settings["configuration"].model.initialisation == "linear":
        pooled = read_moments(work.content("pooled_moments", "moments.safetensors", WHOLE))
        return Beginning(prior=cohort_coefficients(pooled.without(work.session.subject)))
    asset, partition = work.settings["start"]
    return Beginning(start=model_for_session(work, work.entry(asset, partition))[0])
