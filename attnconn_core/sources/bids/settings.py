"""Settings of cleaning: which confounds are regressed out, and which frames are left out."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from attnconn_core.errors import StudyError

__all__ = ["Confounds", "Scrub"]

Strategy = Literal["motion", "high_pass", "wm_csf", "global_signal", "compcor", "ica_aroma"]
Model = Literal["basic", "power2", "derivatives", "full"]
CompCor = Literal[
    "anat_combined",
    "anat_separated",
    "temporal",
    "temporal_anat_combined",
    "temporal_anat_separated",
]

_KNOWN_KEYS_ONLY = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Confounds:
    """Confounds that are regressed out, by the names and defaults of nilearn's `load_confounds`.

    Attributes
    ----------
    strategy
        Kinds of confounds; an empty list for none. ``high_pass`` adds the cosines of fMRIPrep,
        which ``compcor`` needs. ``global_signal`` removes the global signal.
    motion
        Six motion parameters (``basic``), with their derivatives (``derivatives``) or squares
        (``power2``), or all 24 (``full``).
    wm_csf, global_signal
        Signals of white matter and CSF, and the global signal, with derivatives or squares as for
        `motion`.
    compcor, n_compcor
        Masks of CompCor's components, and how many of them; by default those that fMRIPrep kept.
    ica_aroma
        ``full``: the scans are fMRIPrep's ``desc-smoothAROMAnonaggr``. ``basic``: ICA-AROMA's
        noise components are regressed out.

    Raises
    ------
    StudyError
        If ``compcor`` is used without ``high_pass``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _KNOWN_KEYS_ONLY

    strategy: tuple[Strategy, ...] = ("motion", "high_pass", "wm_csf")
    motion: Model = "full"
    wm_csf: Model = "basic"
    global_signal: Model = "basic"
    compcor: CompCor = "anat_combined"
    n_compcor: Annotated[int, Field(ge=1)] | Literal["all"] = "all"
    ica_aroma: Literal["full", "basic"] = "full"

    def __post_init__(self) -> None:
        if "compcor" in self.strategy and "high_pass" not in self.strategy:
            raise StudyError(
                "compcor must come with high_pass in strategy, because fMRIPrep removes "
                f"slow drifts before it computes components; got {', '.join(self.strategy)}"
            )


@dataclass(frozen=True)
class Scrub:
    """Frames that are left out because of motion: one run ends before them, another begins after.

    Attributes
    ----------
    fd_threshold
        Highest framewise displacement of a frame that is kept, in millimetres (Power et al. 2012,
        NeuroImage 59).
    std_dvars_threshold
        Highest standardised DVARS of a frame that is kept; by default any. nilearn's default
        is 1.5.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _KNOWN_KEYS_ONLY

    fd_threshold: Annotated[float, Field(gt=0)] = 0.5
    std_dvars_threshold: Annotated[float, Field(gt=0)] | None = None
