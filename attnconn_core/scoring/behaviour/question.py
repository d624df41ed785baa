"""What the behaviour score predicts, and for which subjects."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from attnconn_core.errors import CohortError
from attnconn_core.scoring.behaviour.confounds import Confounds, confound_columns, share_left
from attnconn_core.scoring.behaviour.families import families, family_notes
from attnconn_core.scoring.behaviour.resampling import CrossValidation
from attnconn_core.scoring.behaviour.settings import BehaviourSettings
from attnconn_core.scoring.behaviour.table import (
    BehaviourTable,
    score_behaviours,
    target_patterns,
)
from attnconn_core.sources import target_columns
from attnconn_core.wording import first_few

__all__ = ["Question"]

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Question:
    """Targets, confounds and families of the subjects, and the settings of the score.

    Attributes
    ----------
    settings
        Settings of the score.
    targets
        One row per subject, one column per target; NaN where a subject lacks a confound, since
        the target can't be adjusted.
    confounds
        Confounds of the same subjects, without those equal in all; None if there are none.
    groups
        Family of each subject; None if families aren't known.
    family_notes
        Notes on families, from `family_notes`.
    """

    settings: BehaviourSettings
    targets: pd.DataFrame
    confounds: Confounds | None
    groups: np.ndarray | None
    family_notes: tuple[str, ...] = ()

    @property
    def units(self) -> int:
        """Number of subjects that have a target, or of families where these are known."""
        there = self.targets.notna().any(axis=1).to_numpy()
        if self.groups is None:
            return int(there.sum())
        return len({str(group) for group in self.groups[there]})

    @classmethod
    def of(cls, settings: BehaviourSettings, phenotypes: pd.DataFrame) -> "Question":
        """Take targets, confounds and families from the subjects' phenotypes."""
        family = settings.family_column
        identifiers = [*([family] if family is not None else []), *settings.confounds]
        candidates = target_columns(
            phenotypes, settings.targets, identifiers, "the phenotype table"
        )
        # Regressed out of itself, a confound leaves nothing to predict.
        names = [name for name in candidates if name not in settings.confounds]
        if candidates and not names:
            raise CohortError(
                "behaviour must have a target that is no confound; "
                f"{first_few(candidates, _SHOWN)} "
                f"{'is' if len(candidates) == 1 else 'are'} also under behaviour.confounds, and a "
                "column regressed out of itself leaves nothing to predict. Remove it from either"
            )
        targets = phenotypes[names].astype(float)
        groups = None if family is None else families(phenotypes[family])
        seen = () if family is None else tuple(family_notes(phenotypes[family]))
        if not settings.confounds:
            return cls(settings, targets, None, groups, seen)
        columns = confound_columns(phenotypes, settings.confounds, settings.categories)
        # A subject without a confound can't be adjusted, and has no target to predict.
        complete = columns.notna().all(axis=1)
        both = settings.adjust == "target_and_features"
        varying = columns.columns[columns[complete].nunique() > 1]
        values = columns[varying].where(complete, 0.0).to_numpy()
        confounds = Confounds(values, from_features=both) if len(varying) else None
        return cls(settings, targets.where(complete, np.nan), confounds, groups, seen)

    def left_of(self, target: str) -> float:
        """Return the share of a target's variance that confounds don't explain."""
        values = self.targets[target].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        if self.confounds is None:
            return 1.0
        return share_left(self.confounds.of(known), values[known])

    def predictable(self, unusable: dict[str, str]) -> list[str]:
        """Return the targets that can be predicted; enter the others into `unusable`.

        Raises
        ------
        CohortError
            If there is none.
        """
        patterns = target_patterns(self.targets, unusable, self.confounds)
        targets = [name for _, names in patterns for name in names]
        if not targets:
            why = "; ".join(f"{target}: {reason}" for target, reason in unusable.items())
            raise CohortError(f"no target of the phenotype table can be predicted; {why or 'none'}")
        return targets

    def ask(
        self,
        features: Float[np.ndarray, "subject edge"],
        model: str,
        confounds: Confounds | None,
    ) -> BehaviourTable:
        """Predict all targets from the features given."""
        settings = self.settings
        return score_behaviours(
            features,
            self.targets,
            model=model,
            cross_validation=CrossValidation(
                min(settings.folds, self.units),
                settings.repeats,
                settings.seed,
                settings.permutations,
            ),
            confounds=confounds,
            groups=self.groups,
        )
