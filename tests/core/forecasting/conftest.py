"""The reference's golden model, and small series."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from attnconn_core.forecasting import ForecasterConfig, load_reference_checkpoint
from attnconn_core.records import TimeSeries


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Threads only slow down what is this small, most of all where cores are shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def golden_config() -> ForecasterConfig:
    return ForecasterConfig(hidden_dim=16, bottleneck_dim=4)


@pytest.fixture
def golden_model(golden: Path, golden_config: ForecasterConfig) -> SimpleNamespace:
    """The reference's weights, and what it makes of a series with them."""
    with np.load(golden / "model_outputs.npz") as outputs:
        values = {name: outputs[name] for name in outputs}
    series = values.pop("series").T
    return SimpleNamespace(
        forecaster=load_reference_checkpoint(golden / "model.pt", golden_config),
        series=TimeSeries((series,), 0.72, tuple(f"r{i}" for i in range(series.shape[1]))),
        said=json.loads((golden / "golden.json").read_text()),
        **values,
    )


def noise(*lengths: int, regions: int = 4, seed: int = 0, level: float = 100.0) -> TimeSeries:
    """Runs of an autoregressive series whose regions drive their neighbours."""
    rng = np.random.default_rng(seed)
    runs = []
    for length in lengths:
        run = rng.standard_normal((length, regions))
        for now in range(1, length):
            run[now] += 0.5 * run[now - 1] + 0.4 * np.roll(run[now - 1], 1)
        runs.append(10 * run + level)
    return TimeSeries(tuple(runs), 0.72, tuple(f"r{i}" for i in range(regions)))


@pytest.fixture
def make_series():
    return noise


@pytest.fixture
def small() -> ForecasterConfig:
    return ForecasterConfig(
        input_window=3, hidden_dim=6, input_layers=2, prediction_layers=2, bottleneck_dim=3
    )
