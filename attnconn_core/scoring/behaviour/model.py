"""What a model of behaviour is: settings, which make a cross-validator for a cohort's folds."""

import abc
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.behaviour.folds import CrossValidated

__all__ = ["BehaviourModel", "CrossValidator", "KeptSubjects", "Refitted", "Split"]


@dataclass(frozen=True, eq=False)
class KeptSubjects:
    """Subjects that have all of some targets, and what is known about them.

    Attributes
    ----------
    features, targets
        One row per subject.
    confounds
        Of the same subjects, or None.
    groups
        Family of each subject, or None.
    kernel
        `edge_kernel` of the features where the model reads it, else None.
    """

    features: Float[np.ndarray, "subject edge"]
    targets: Float[np.ndarray, "subject target"]
    confounds: Confounds | None = None
    groups: np.ndarray | None = None
    kernel: Float[np.ndarray, "subject subject"] | None = None

    def of(self, kept: Bool[np.ndarray, " subject"]) -> "KeptSubjects":
        """Return only some of the subjects."""
        return KeptSubjects(
            self.features[kept],
            self.targets[kept],
            None if self.confounds is None else self.confounds.of(kept),
            None if self.groups is None else self.groups[kept],
            None if self.kernel is None else self.kernel[np.ix_(kept, kept)],
        )


@dataclass(frozen=True, eq=False)
class Split:
    """The folds of one repeat.

    Attributes
    ----------
    fold
        The fold that tests each subject.
    seed
        Of the inner folds, on which a model may choose its penalty.
    """

    fold: Int[np.ndarray, " subject"]
    seed: int


class CrossValidator(abc.ABC):
    """A model with a cohort and its folds, ready for any number of targets.

    Every subject is predicted by the model that was fitted without the subject's fold.
    """

    @abc.abstractmethod
    def fit(self, targets: Float[np.ndarray, "subject target"]) -> CrossValidated:
        """Predict every target, with the weights of edges and what each fold chose."""

    def predict(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        """Return the predictions of `fit` alone."""
        return self.fit(targets).predictions

    def predict_shuffled(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        """Predict thousands of shuffled targets, in a quicker way where the model has one.

        The observed order must be predicted in the same way to be compared with them.
        """
        return self.predict(targets)


@runtime_checkable
class BehaviourModel(Protocol):
    """The settings of a model; frozen dataclasses such as `KernelRidge` have this form.

    Attributes
    ----------
    name
        By which a study names it.
    reads_kernel
        Whether it needs `KeptSubjects.kernel`.
    selects_edges
        Whether it selects edges by the training subjects, so that its score depends on who
        they are by more than repeated folds show; see `jackknifed_variance`.
    """

    name: ClassVar[str]
    reads_kernel: ClassVar[bool]
    selects_edges: ClassVar[bool]

    def cross_validator(self, subjects: KeptSubjects, split: Split) -> CrossValidator:
        """Prepare the model for a cohort's folds.

        Raises
        ------
        ParameterError
            If the folds leave too few subjects to train on.
        """
        ...


@dataclass(frozen=True, eq=False)
class Refitted(CrossValidator):
    """A cross-validator without anything to prepare: it fits anew to all targets given."""

    fit_folds: Callable[[Float[np.ndarray, "subject target"]], CrossValidated]

    def fit(self, targets: Float[np.ndarray, "subject target"]) -> CrossValidated:
        """Predict every target; see `CrossValidator.fit`."""
        return self.fit_folds(targets)
