"""The original study's linear model: gradient descent with a strong penalty, stopped early.

Full-batch gradient descent on a linear model is itself linear, so the weights of every
epoch follow from one eigendecomposition so no epoch needs to be run. With the bias as a feature
that is always 1, weights that start at zero stay in the span of the training rows, w = X'a. For
learning rate η, weight decay λ and kernel K = XX' of n rows

    a ← (1 − ηλ) a − (2η/n) (K a − y).

In K's eigenbasis, with eigenvalues s, the coordinates are independent:

    a_e = (2η/n) y · (1 + q + … + q^(e−1)),  q = 1 − ηλ − (2η/n) s.
"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.checks import require_choice, require_number, require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.behaviour.folds import CrossValidated
from attnconn_core.scoring.behaviour.model import KeptSubjects, Refitted, Split
from attnconn_core.scoring.edges.features import column_scale

__all__ = ["LinearSgd"]

# Number of targets whose validation curves are in memory at once: 32 × 500 epochs × 100
# subjects of float64 are 13 MB.
_BLOCK = 32


@dataclass(frozen=True)
class LinearSgd:
    """The original study's linear model: gradient descent on standardised edges, stopped early.

    Attributes
    ----------
    keep
        ``"best"``: weights of the epoch with the least validation error. ``"last"``: those of
        the epoch at which the descent stopped, which the original study returns.
    learning_rate, l2_penalty, epochs, patience
        Settings of the descent; the penalty also applies to the bias.

    Raises
    ------
    ParameterError
        If a setting is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> features = np.random.default_rng(0).normal(size=(60, 20))
    >>> target = features[:, 0] - features[:, 1]
    >>> from attnconn_core.scoring import cross_validate
    >>> model = LinearSgd(learning_rate=0.01, l2_penalty=1.0)
    >>> bool(cross_validate(features, target, model, folds=5).r > 0.5)
    True
    """

    name: ClassVar[str] = "linear_sgd"
    reads_kernel: ClassVar[bool] = False
    selects_edges: ClassVar[bool] = False

    keep: str = "best"
    learning_rate: float = 1e-4
    l2_penalty: float = 100.0
    epochs: int = 500
    patience: int = 5

    def __post_init__(self) -> None:
        require_choice("keep", self.keep, ("best", "last"))
        require_number("l2_penalty", self.l2_penalty)
        require_whole("epochs", self.epochs, 1)
        require_whole("patience", self.patience, 1)
        require_number("learning_rate", self.learning_rate, above=True)

    def cross_validator(self, subjects: KeptSubjects, split: Split) -> Refitted:
        """Prepare the model for a cohort's folds.

        Raises
        ------
        ParameterError
            If there are fewer than 3 folds.
        """
        require_whole("folds of linear_sgd", int(split.fold.max()) + 1, 3)
        return Refitted(
            partial(self.descend, subjects.features, fold=split.fold, confounds=subjects.confounds)
        )

    def descend(
        self,
        features: Float[np.ndarray, "subject edge"],
        targets: Float[np.ndarray, "subject target"],
        fold: Int[np.ndarray, " subject"],
        confounds: Confounds | None = None,
    ) -> CrossValidated:
        """Predict every subject as the original study does.

        Fold i tests, fold i + 1 validates, the rest train. Edges and targets are z-scored
        with the statistics of the training and validation parts. Descent starts from zero weights
        and stops when the validation error has not reached a new minimum for `patience` epochs.

        Parameters
        ----------
        features, targets
            One row per subject.
        fold
            Number of the fold that tests each subject; 3 or more folds.
        confounds
            Removed inside every fold, with coefficients of the training and validation
            parts; predictions are then of the adjusted target.

        Returns
        -------
        CrossValidated
            Weights are in standard deviations of the target per standard deviation of an edge;
            ``epoch`` is the epoch whose weights are kept.

        Raises
        ------
        ParameterError
            If descent diverges.
        """
        n_folds = int(fold.max()) + 1
        predictions = np.empty(targets.shape)
        weights = np.zeros((features.shape[1], targets.shape[1]))
        epoch = np.empty((n_folds, targets.shape[1]), dtype=np.int64)
        for number in range(n_folds):
            tested, validated = fold == number, fold == (number + 1) % n_folds
            known, train = ~tested, ~(tested | validated)
            edges, wanted = features, targets
            if confounds is not None:
                edges, wanted = confounds.adjust(features, targets, known)
            mean, std = column_scale(edges[known])
            x = np.column_stack([(edges - mean) / std, np.ones(len(edges))])
            centre, spread = column_scale(wanted[known])
            y = (wanted - centre) / spread
            kernel = x[known] @ x[train].T
            spectrum, basis = np.linalg.eigh(kernel[train[known]])
            rate = 2 * self.learning_rate / len(basis)
            growth = _growth(
                1 - self.learning_rate * self.l2_penalty - rate * spectrum, self.epochs
            )
            forcing = rate * (basis.T @ y[train])
            outlook = kernel[validated[known]] @ basis
            epoch[number] = _stops(outlook, growth, forcing, y[validated], self.keep, self.patience)
            dual = basis @ (growth[:, epoch[number] - 1] * forcing)
            if not np.isfinite(dual).all():
                raise ParameterError(
                    f"gradient descent must converge; with a learning rate of {self.learning_rate} "
                    f"fold {number} diverges: use a smaller learning_rate"
                )
            slopes = x[train].T @ dual
            predictions[tested] = centre + spread * (x[tested] @ slopes)
            weights += slopes[:-1] / n_folds
        return CrossValidated(predictions, weights, {"epoch": epoch})


def _growth(q: Float[np.ndarray, " train"], epochs: int) -> Float[np.ndarray, "train epoch"]:
    """Return 1 + q + … + q^(e−1) for every epoch e from 1."""
    # A learning rate that is too high overflows; the error is raised when an epoch is chosen.
    with np.errstate(over="ignore", invalid="ignore"):
        return np.cumsum(q[:, None] ** np.arange(epochs), axis=1)


def _stops(
    outlook: Float[np.ndarray, "validation train"],
    growth: Float[np.ndarray, "train epoch"],
    forcing: Float[np.ndarray, "train target"],
    truth: Float[np.ndarray, "validation target"],
    keep: str,
    patience: int,
) -> Int[np.ndarray, " target"]:
    """Return, for every target, the epoch (from 1) whose weights are kept."""
    stops = np.empty(truth.shape[1], dtype=np.int64)
    for start in range(0, truth.shape[1], _BLOCK):
        block = slice(start, start + _BLOCK)
        with np.errstate(over="ignore", invalid="ignore"):
            paths = growth[:, :, None] * forcing[:, None, block]
            curve = np.tensordot(outlook, paths, axes=1) - truth[:, None, block]
            losses = np.nan_to_num((curve**2).mean(axis=0), nan=np.inf)
        least = np.minimum.accumulate(losses, axis=0)
        better = np.vstack([np.ones(least.shape[1], bool), least[1:] < least[:-1]])
        number = np.arange(1, len(losses) + 1)[:, None]
        last_better = np.maximum.accumulate(np.where(better, number, 0), axis=0)
        stopped = number - last_better >= patience
        end = np.where(stopped.any(axis=0), stopped.argmax(axis=0), len(losses) - 1)
        best = last_better[end, np.arange(len(end))]
        stops[block] = best if keep == "best" else end + 1
    return stops
