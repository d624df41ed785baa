"""How many threads a step is worth."""

import contextlib
from collections.abc import Iterator

import torch

from attnconn_core.forecasting.config import ForecasterConfig

__all__ = ["threads_for"]

# Below this a second thread costs more in waking and waiting than it brings: a step of
# 0.4 GFLOP (94 regions, d = 16, 32 windows) took 54 ms with one thread, 70 with two; one
# of 0.9 (d = 32, rank 8, 64 windows) 41 and 30.
_WORTH_SHARING = 8e8


@contextlib.contextmanager
def threads_for(config: ForecasterConfig, regions: int, batch: int) -> Iterator[None]:
    """Let torch use one thread for small steps; as many as before, for large ones and after.

    A step counts the products of the pairwise score, forward and backward:
    3 · 2 · batch · regions² · d², or d · rank where the queries are of low rank.
    """
    width = config.query_rank or config.hidden_dim
    operations = 6.0 * batch * regions**2 * config.hidden_dim * width
    before = torch.get_num_threads()
    if operations < _WORTH_SHARING:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
