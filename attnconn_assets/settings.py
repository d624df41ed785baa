"""Groups of settings in a study file: how Granger, the fingerprint and behaviour are computed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["BehaviourSettings", "FingerprintSettings", "GrangerSettings", "Settings"]


class Settings(BaseModel):
    """A group of settings: unknown keys are refused, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class GrangerSettings(Settings):
    """Granger's lags and α: given, or searched for on the cohort's validation frames."""

    lags: int | None = Field(None, ge=1)
    alpha: float | None = Field(None, gt=0)
    max_lags: int = Field(10, ge=1)
    min_alpha: float = Field(1e-3, gt=0)
    max_alpha: float = Field(1e7, gt=0)
    coarse_steps: int = Field(10, ge=2)
    refine_steps: int = Field(10, ge=0)

    @model_validator(mode="after")
    def _both_or_neither(self) -> "GrangerSettings":
        if (self.lags is None) != (self.alpha is None):
            raise ValueError("give both lags and alpha, or neither to have them searched for")
        if not self.min_alpha < self.max_alpha:
            raise ValueError(f"min_alpha must be below max_alpha, {self.max_alpha:g}")
        return self


class FingerprintSettings(Settings):
    """How test and retest are told apart; see `attnconn_core.scoring.fingerprint`."""

    similarity: Literal["pearson", "mutual_info"] = "pearson"
    normalise: Literal["none", "edgewise"] = "edgewise"
    comparison: Literal["test_to_retest", "across_all_sessions"] = "test_to_retest"
    edges: Literal["all", "off_diagonal"] = "off_diagonal"
    bins: int = Field(10, ge=2)
    permutations: int = Field(1000, ge=0)
    seed: int = Field(0, ge=0)


class BehaviourSettings(Settings):
    """Which columns of the phenotype table are predicted, and how.

    Targets may be patterns (``FS_*``); none are all columns of numbers. `coding` says for a
    column of words which number each stands for.
    """

    targets: tuple[str, ...] = ()
    coding: dict[str, dict[str, float]] = {}
    subject_column: str = "Subject"
    family_column: str | None = None
    model: Literal["kernel_ridge", "cpm", "linear_sgd"] = "kernel_ridge"
    folds: int = Field(10, ge=2)
    seed: int = 42
