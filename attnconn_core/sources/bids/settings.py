"""Settings of cleaning: which confounds are regressed out, and which frames are left out."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import ConfigDict, Field

from attnconn_core.checks import require_choice, require_number, require_whole
from attnconn_core.errors import ParameterError, StudyError

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
    wm_csf
        Signals of white matter and CSF, with derivatives or squares as for `motion`.
    global_signal
        The global signal, with derivatives or squares as for `motion`.
    compcor
        Masks from which CompCor's components are taken.
    n_compcor
        Number of CompCor's components per mask; by default those that fMRIPrep kept.
    ica_aroma
        ``full``: the scans are fMRIPrep's ``desc-smoothAROMAnonaggr``. ``basic``: ICA-AROMA's
        noise components are regressed out.

    Raises
    ------
    ParameterError
        If a word isn't one of these.
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
        if isinstance(self.strategy, str):
            raise ParameterError(f"strategy must be a list of words; got {self.strategy!r}")
        for word in self.strategy:
            require_choice("strategy", word, get_args(Strategy))
        for name in ("motion", "wm_csf", "global_signal"):
            require_choice(name, getattr(self, name), get_args(Model))
        require_choice("compcor", self.compcor, get_args(CompCor))
        if self.n_compcor != "all":
            require_whole("n_compcor", self.n_compcor, 1)
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

    Raises
    ------
    ParameterError
        If a limit isn't above 0.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _KNOWN_KEYS_ONLY

    fd_threshold: Annotated[float, Field(gt=0)] = 0.5
    std_dvars_threshold: Annotated[float, Field(gt=0)] | None = None

    def __post_init__(self) -> None:
        require_number("fd_threshold", self.fd_threshold, above=True)
        require_number("std_dvars_threshold", self.std_dvars_threshold, above=True, or_none=True)
