"""A stored forecaster as an MLflow model: ``mlflow.pyfunc`` calls `_load_pyfunc` here.

This module doesn't import MLflow, and nothing is unpickled: the file is a safetensors file.
"""

import numpy as np
import torch
from jaxtyping import Float32, Shaped

from attnconn_core.forecasting.checkpoints import load_forecaster
from attnconn_core.forecasting.network import AttentionForecaster

__all__ = ["ServedForecaster"]


class ServedForecaster:
    """The object that ``mlflow.pyfunc.load_model`` returns, by MLflow's conventions.

    Parameters
    ----------
    forecaster
        Forecaster in evaluation mode.
    regions
        Region names, in order.
    """

    def __init__(self, forecaster: AttentionForecaster, regions: tuple[str, ...]) -> None:
        self.forecaster = forecaster
        self.regions = regions

    def predict(
        self, windows: Shaped[np.ndarray, "batch region lag"]
    ) -> Float32[np.ndarray, "batch region horizon"]:
        """Return predictions of the frames after each window, in the windows' units.

        Parameters
        ----------
        windows
            Raw values; the last lag is the frame before the first one predicted.

        Raises
        ------
        ParameterError
            If the numbers of regions or lags aren't the forecaster's.
        """
        with torch.inference_mode():
            predicted, _ = self.forecaster(torch.as_tensor(np.asarray(windows, dtype=np.float32)))
        forecasts: Float32[np.ndarray, "batch region horizon"] = predicted.numpy()
        return forecasts


def _load_pyfunc(path: str) -> ServedForecaster:
    forecaster, regions, _ = load_forecaster(path)
    return ServedForecaster(forecaster, regions)
