"""What the score of behaviour is asked: the settings of a study."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from attnconn_core.errors import ParameterError

__all__ = ["BehaviourSettings"]


@dataclass(frozen=True)
class BehaviourSettings:
    """What is to be predicted, by which model, and how that is judged.

    Attributes
    ----------
    targets
        Columns of the phenotype table, or patterns such as ``FS_*``; by default every column
        of numbers.
    family_column
        Column that names a subject's family; families stay together in folds and shuffles.
    model
        Which model predicts; see `score_behaviours`.
    folds
        Of the cross-validation. Where there are fewer subjects (or families) than folds, each
        is a fold of its own, and the notes say so.
    seed
        Of the folds and the shuffles.
    confounds
        Columns that are regressed out inside every fold; columns of words by category.
    categories
        Confounds whose numbers stand for categories, such as sites 1, 2 and 3.
    adjust
        What confounds are taken out of. Scores are then of the adjusted target.
    repeats
        Number of cross-validations, each with folds of its own, over which scores are averaged.
    permutations
        Shuffles of each target, behind the p value.
    null_models
        Whether confounds alone and each subject's mean edge are scored beside the methods.
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
                "behaviour.categories must be among behaviour.confounds, which are taken out; not "
                f"among them: {', '.join(stray)}"
            )
