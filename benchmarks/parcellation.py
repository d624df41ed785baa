"""Time the parcellation of a scan of 91,282 grayordinates against Connectome Workbench."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.cifti2 import BrainModelAxis, Cifti2Header, LabelAxis, SeriesAxis

from attnconn_core.parcellation import load_atlas, parcellate, read_ptseries
from benchmarks.measure import Measured, best_of, peak_bytes, watched
from benchmarks.row import REGIONS, Row

__all__ = ["ROWS"]

_FRAMES, _VERTICES, _VOXELS = 1200, 32_492, 31_870
_CORTEX = {"CIFTI_STRUCTURE_CORTEX_LEFT": 29_696, "CIFTI_STRUCTURE_CORTEX_RIGHT": 29_716}


def _surfaces(used: dict[str, int]) -> BrainModelAxis:
    parts = [
        BrainModelAxis.from_surface(np.arange(n), _VERTICES, name=name) for name, n in used.items()
    ]
    return parts[0] + parts[1]


def _write(path: Path, first: object, models: BrainModelAxis, values: np.ndarray) -> Path:
    header = Cifti2Header.from_axes((first, models))
    with nib.imageglobals.LoggingOutputSuppressor():
        nib.Cifti2Image(values, header).to_filename(path)
    return path


def _scan(folder: Path) -> tuple[Path, Path]:
    """Write noise on HCP's grayordinates, and an atlas of 50 strips per hemisphere."""
    voxels = BrainModelAxis.from_mask(
        np.ones((_VOXELS, 1, 1), dtype=bool), affine=np.eye(4), name="CIFTI_STRUCTURE_OTHER"
    )
    models = _surfaces(_CORTEX) + voxels
    values = np.random.default_rng(3).normal(1e4, 100, (_FRAMES, len(models))).astype(np.float32)
    series = _write(folder / "scan.dtseries.nii", SeriesAxis(0, 0.72, _FRAMES), models, values)
    half = REGIONS // 2
    keys = np.zeros((2, _VERTICES), dtype=np.float32)  # 0: medial wall
    for side, used in enumerate(_CORTEX.values()):
        keys[side, :used] = 1 + np.arange(used) * half // used + side * half
    table = {0: ("???", (0, 0, 0, 0))} | {
        n + 1: (f"strip-{n}", (1, 0, 0, 1)) for n in range(REGIONS)
    }
    labels = LabelAxis(["strips"], [table])
    whole = _surfaces(dict.fromkeys(_CORTEX, _VERTICES))
    return series, _write(folder / "strips.dlabel.nii", labels, whole, keys.reshape(1, -1))


def _elsewhere(folder: str) -> tuple[Path, Path]:
    """Let another process write the files, so that its memory is not measured."""
    subprocess.run([sys.executable, "-m", __name__, folder], check=True)  # noqa: S603
    return Path(folder) / "scan.dtseries.nii", Path(folder) / "strips.dlabel.nii"


def _ours() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        scan, atlas = _elsewhere(folder)
        regions = load_atlas(atlas)
        return Measured(best_of(lambda: parcellate(scan, regions), 3), peak_bytes())


def _workbench() -> Measured:
    if shutil.which("wb_command") is None:
        raise SystemExit("this row needs wb_command (Debian: connectome-workbench)")
    with tempfile.TemporaryDirectory() as folder:
        scan, atlas = _elsewhere(folder)
        result = Path(folder) / "parcels.ptseries.nii"
        peaks: list[int] = []

        command = ["wb_command", "-cifti-parcellate", scan, atlas, "COLUMN", result]
        seconds = best_of(lambda: peaks.append(watched(command)), 3)
        theirs = read_ptseries(result).runs[0]
        ours = parcellate(scan, load_atlas(atlas)).runs[0]
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    return Measured(seconds, max(peaks))


ROWS = {
    "parcellation": Row(
        "parcellation, 1,200 frames",
        asked=1,
        ours=_ours,
        plain=_workbench,
        reason="reading the file once",
        read=_FRAMES * 4 * (sum(_CORTEX.values()) + _VOXELS),
    ),
}

if __name__ == "__main__":
    _scan(Path(sys.argv[1]))
