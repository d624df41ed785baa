"""Time behaviour prediction against a loop over targets, folds and shuffles."""

import functools

import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import Ridge

from attnconn_core.scoring import CrossValidation, LinearSgd, assign_folds, score_behaviours
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel, kernel_folds
from attnconn_core.scoring.behaviour.spectral_ridge import SpectralRidge
from benchmarks.measure import Measured, once, peak_bytes
from benchmarks.row import REGIONS, Row

__all__ = ["ROWS"]

_SUBJECTS, _TARGETS, _FOLDS, _EDGES = 1000, 62, 10, REGIONS * (REGIONS - 1) // 2
_REPEATS, _SHUFFLES = 10, 1000


def _one_fold(
    features: np.ndarray,
    target: np.ndarray,
    fold: np.ndarray,
    number: int,
    learning_rate: float = 1e-4,
    weight_decay: float = 100.0,
    epochs: int = 500,
    patience: int = 5,
) -> np.ndarray:
    """Predict the subjects of one fold from the epoch with the lowest validation loss."""
    tested, validated = fold == number, fold == (number + 1) % (fold.max() + 1)
    known, train = ~tested, ~(tested | validated)
    x, y = (
        torch.tensor((a - a[known].mean(0)) / a[known].std(0), dtype=torch.float32)
        for a in (features, target)
    )
    model = torch.nn.Linear(x.shape[1], 1)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    descent = torch.optim.SGD(model.parameters(), learning_rate, weight_decay=weight_decay)
    best, since, kept = float("inf"), 0, model(x[tested]).detach()
    for _ in range(epochs):
        descent.zero_grad()
        torch.nn.functional.mse_loss(model(x[train])[:, 0], y[train]).backward()
        descent.step()
        with torch.no_grad():
            loss = float(torch.nn.functional.mse_loss(model(x[validated])[:, 0], y[validated]))
            if loss < best:
                best, since, kept = loss, 0, model(x[tested])
            else:
                since += 1
        if since >= patience:
            break
    return kept[:, 0].numpy() * target[known].std() + target[known].mean()


@functools.cache
def _phenotypes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return random edges, targets that depend weakly on them, and folds."""
    rng = np.random.default_rng(2)
    edges = rng.normal(size=(_SUBJECTS, _EDGES))
    targets = 0.05 * edges[:, :400] @ rng.normal(size=(400, _TARGETS))
    targets += rng.normal(size=targets.shape)
    return edges, targets, assign_folds(_SUBJECTS, _FOLDS, 42)


def _descend(targets: int = _TARGETS) -> np.ndarray:
    edges, values, fold = _phenotypes()
    return LinearSgd().descend(edges, values[:, :targets], fold).predictions


def _behaviour() -> Measured:
    seconds, _ = once(_descend)
    return Measured(seconds, peak_bytes())


def _plain_behaviour() -> Measured:
    edges, targets, fold = _phenotypes()
    few, seconds = 3, 0.0
    ours = _descend(few)
    for target in range(few):
        took, predicted = once(
            functools.partial(_one_fold, edges, targets[:, target], fold, target)
        )
        np.testing.assert_allclose(ours[fold == target, target], predicted, rtol=1e-3, atol=1e-4)
        seconds += took
    part = f"{few} of {_TARGETS * _FOLDS} targets and folds"
    return Measured(seconds / few * _TARGETS * _FOLDS, peak_bytes(), part)


def _shuffled() -> Measured:
    """Time kernel ridge as the platform scores it: the table of r, intervals and p-values."""
    edges, values, _ = _phenotypes()
    plan = CrossValidation(_FOLDS, _REPEATS, permutations=_SHUFFLES)
    targets = pd.DataFrame(values).add_prefix("target ")
    seconds, _ = once(lambda: score_behaviours(edges, targets, cross_validation=plan))
    return Measured(seconds, peak_bytes())


def _plain_shuffled() -> Measured:
    """Time one ridge per fold and shuffle.

    The penalty is given, because a plain search for it would take even longer.
    """
    edges, values, fold = _phenotypes()
    quick = SpectralRidge(kernel_folds(edge_kernel(edges), fold))
    few, seconds, rng = 5, 0.0, np.random.default_rng(0)
    for number in range(few):
        y, train = rng.permutation(values[:, 0]), fold != number
        penalty = quick.chosen(y[:, None])[number, 0] * edges[train].var(axis=0).sum()
        ridge = Ridge(penalty, solver="cholesky")
        took, found = once(lambda: ridge.fit(edges[train], y[train]).predict(edges[~train]))  # noqa: B023
        np.testing.assert_allclose(quick(y[:, None])[~train, 0], found, atol=1e-8)
        seconds += took
    fits = _TARGETS * _FOLDS * _REPEATS * (1 + _SHUFFLES)
    return Measured(seconds / few * fits, peak_bytes(), f"{few} of {fits:,} fits")


_KNOWN, _TRAIN = 0.9 * _SUBJECTS, 0.8 * _SUBJECTS

ROWS = {
    "behaviour": Row(
        "behaviour, all targets and folds",
        asked=20,
        ours=_behaviour,
        plain=_plain_behaviour,
        reason="one kernel and its eigenvectors per fold",
        operations=_FOLDS * (2 * _KNOWN * _TRAIN * _EDGES + 9 * _TRAIN**3),
    ),
    "behaviour_shuffled": Row(
        "behaviour, 10 repeats, 1,000 shuffles",
        asked=0,
        within=600,
        ours=_shuffled,
        plain=_plain_shuffled,
        reason="products of every shuffled target with the eigenvectors of a fold",
        operations=2.0 * _TARGETS * _REPEATS * _FOLDS * _SHUFFLES * _KNOWN * (_KNOWN + 100),
        float64=False,
    ),
}
