"""How many threads a step is worth, and work that they do side by side."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from attnconn_core.forecasting.config import ForecasterConfig

__all__ = ["threads_for", "together", "workers_on"]

T = TypeVar("T")

# Below this a second thread costs more in waking and waiting than it brings: a step of
# 0.4 GFLOP (94 regions, d = 16, 32 windows) took 54 ms with one thread, 70 with two; one
# of 0.9 (d = 32, rank 8, 64 windows) 41 and 30.
_WORTH_SHARING = 8e8

# Beyond these, threads of Python would wait for each other more than for their products.
_MOST_WORKERS = 4


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


def workers_on(device: torch.device) -> int:
    """How many pieces of work are best done side by side; a GPU does its own sharing."""
    return min(torch.get_num_threads(), _MOST_WORKERS) if device.type == "cpu" else 1


def together(work: Sequence[Callable[[], T]]) -> list[T]:
    """Do pieces of work side by side, torch's threads divided among them.

    An error in one is raised once all have ended; a single piece is done right here.
    """
    if len(work) == 1:
        return [work[0]()]
    before = torch.get_num_threads()
    each = max(1, before // len(work))
    try:
        with ThreadPoolExecutor(len(work), "step", torch.set_num_threads, (each,)) as pool:
            # Not `map`: after an error it cancels what it hasn't begun.
            return [done.result() for done in [pool.submit(piece) for piece in work]]
    finally:
        # What a thread sets for itself becomes the default of those that start later.
        torch.set_num_threads(before)
