"""Number of threads for a training step, and parallel execution."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from attnconn_core.forecasting.config import ForecasterConfig

__all__ = ["threads_for", "together", "workers_on"]

T = TypeVar("T")

# Below this a second thread costs more in synchronisation than it gains: a step of
# 0.4 GFLOP (94 regions, d = 16, 32 windows) took 54 ms with one thread, 70 with two; one
# of 0.9 (d = 32, rank 8, 64 windows) 41 and 30.
_WORTH_SHARING = 8e8

# With more, Python threads would wait for each other longer than for their products.
_MOST_WORKERS = 4


@contextlib.contextmanager
def threads_for(config: ForecasterConfig, regions: int, batch: int) -> Iterator[None]:
    """Use one torch thread for small steps; restore the previous number afterwards.

    The size of a step is the number of products of the pairwise score, forward and backward:
    3 · 2 · batch · regions² · d², or d · rank instead of d² for low-rank queries.
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
    """Return how many pieces of work to run in parallel; a GPU parallelises by itself."""
    return min(torch.get_num_threads(), _MOST_WORKERS) if device.type == "cpu" else 1


def together(work: Sequence[Callable[[], T]]) -> list[T]:
    """Run pieces of work in parallel, with torch's threads divided among them.

    An error in one is raised after all have ended; a single piece runs in this thread.
    """
    if len(work) == 1:
        return [work[0]()]
    before = torch.get_num_threads()
    per_piece = max(1, before // len(work))
    try:
        with ThreadPoolExecutor(len(work), "step", torch.set_num_threads, (per_piece,)) as pool:
            # Not `map`, which cancels pending work after an error.
            return [done.result() for done in [pool.submit(piece) for piece in work]]
    finally:
        # A thread count set in one thread becomes the default of threads that start later.
        torch.set_num_threads(before)
