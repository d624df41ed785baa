"""Models of behaviour by name."""

from attnconn_core.checks import require_choice
from attnconn_core.scoring.behaviour.cpm import Cpm
from attnconn_core.scoring.behaviour.kernel_ridge import KernelRidge
from attnconn_core.scoring.behaviour.least_squares import LeastSquares
from attnconn_core.scoring.behaviour.linear_sgd import LinearSgd
from attnconn_core.scoring.behaviour.model import BehaviourModel

__all__ = ["MODELS", "as_model"]

MODELS: dict[str, type[BehaviourModel]] = {
    model.name: model for model in (KernelRidge, Cpm, LinearSgd, LeastSquares)
}


def as_model(model: "BehaviourModel | str") -> BehaviourModel:
    """Return the model of a name with its default settings; return a model unchanged.

    Raises
    ------
    ParameterError
        If no model has the name; the message lists them.
    """
    if not isinstance(model, str):
        return model
    require_choice("model", model, tuple(MODELS))
    return MODELS[model]()
