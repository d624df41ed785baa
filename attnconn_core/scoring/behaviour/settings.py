"""Settings of the behaviour score."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from attnconn_core.errors import ParameterError

__all__ = ["BehaviourSettings"]


@dataclass(frozen=True)
class BehaviourSettings:
    """What is predicted, by which model, and how predictions are judged.

    Attributes
    ----------
    targets
        Columns of the phenotype table, or patterns such as ``FS_*``; by default every numeric
        column.
    family_column
        Column with a subject's family; families stay together in folds and shuffles.
    model
        Name of the model that predicts; see `score_behaviours`.
    folds
        Number of folds. With fewer subjects (or families) than folds, each one is a fold, and
        the notes say so.
    seed
        Seed of the folds and the shuffles.
    confounds
        Columns that are regressed out inside every fold; columns of words are categories.
    categories
        Confounds whose numbers stand for categories, such as sites 1, 2 and 3.
    adjust
        What confounds are removed from. Scores are then of the adjusted target.
    repeats
        Number of cross-validations, each with its own folds, over which scores are averaged.
    permutations
        Number of shuffles of each target for the p value.
    null_models
        Whether null models (confounds alone, each subject's mean edge) are scored as well.
    """

    targets: tuple[str, ...] = ()
    family_column: str | None = None
    model: Literal["kernel_ridge", "cpm", "linear_sgd"] = "kernel_ridge"
    folds: Annotated[int, Field(ge=2)] = 10
    seed: Annotated[int, Field(ge=0)] = 42
    confounds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    adjust: Literal["target", "target_and_features"] = "target"
    repeats: Annotated[int, Field(ge=1)] = 10
    permutations: Annotated[int, Field(ge=0)] = 1000
    null_models: bool = True

    def __post_init__(self) -> None:
        stray = [name for name in self.categories if name not in self.confounds]
        if stray:
            raise ParameterError(
                "behaviour.categories must be among behaviour.confounds, which are regressed out; "
                f"not among them: {', '.join(stray)}"
            )
