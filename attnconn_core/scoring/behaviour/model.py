"""The interface of a model of behaviour: settings that make a cross-validator for folds."""

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
    """Data of the subjects that have all of some targets.

    Attributes
    ----------
    features, targets
        One row per subject.
    confounds
        Confounds of the same subjects, or None.
    groups
        Family of each subject, or None.
    kernel
        `edge_kernel` of the features, for models that read it; else None.
    """

    features: Float[np.ndarray, "subject edge"]
    targets: Float[np.ndarray, "subject target"]
    confounds: Confounds | None = None
    groups: np.ndarray | None = None
    kernel: Float[np.ndarray, "subject subject"] | None = None

    def of(self, kept: Bool[np.ndarray, " subject"]) -> "KeptSubjects":
        """Return the data of the subjects in a mask."""
        return KeptSubjects(
            self.features[kept],
            self.targets[kept],
            None if self.confounds is None else self.confounds.of(kept),
            None if self.groups is None else self.groups[kept],
            None if self.kernel is None else self.kernel[np.ix_(kept, kept)],
        )


@dataclass(frozen=True, eq=False)
class Split:
    """The folds of one repeat of the cross-validation.

    Attributes
    ----------
    fold
        Number of the fold that tests each subject.
    seed
        Seed of the inner folds, on which a model may choose its penalty.
    """

    fold: Int[np.ndarray, " subject"]
    seed: int


class CrossValidator(abc.ABC):
    """A model prepared for a cohort and its folds, ready for any number of targets.

    Every subject is predicted by a model that was fitted without the subject's fold.
    """

    @abc.abstractmethod
    def fit(self, targets: Float[np.ndarray, "subject target"]) -> CrossValidated:
        """Predict every target; return predictions, edge weights and what each fold chose."""

    def predict(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        """Return only the predictions of `fit`."""
        return self.fit(targets).predictions

    def predict_shuffled(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        """Predict many shuffled targets, by a faster algorithm than `fit` if the model has one.

        For a comparison with the shuffles, predict the target in its true order by this method
        too, because the two algorithms may differ.
        """
        return self.predict(targets)


@runtime_checkable
class BehaviourModel(Protocol):
    """Settings of a model; frozen dataclasses such as `KernelRidge` have this form.

    Attributes
    ----------
    name
        The model's name in study files.
    reads_kernel
        Whether it needs `KeptSubjects.kernel`.
    selects_edges
        Whether it selects edges on the training subjects. Its score then depends on the sample
        of subjects by more than repeated folds show; see `jackknifed_variance`.
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
    """A cross-validator that prepares nothing: it fits all given targets anew."""

    fit_folds: Callable[[Float[np.ndarray, "subject target"]], CrossValidated]

    def fit(self, targets: Float[np.ndarray, "subject target"]) -> CrossValidated:
        """Predict every target; see `CrossValidator.fit`."""
        return self.fit_folds(targets)
